import { statusAnswer as statusSchema, type ApiStatus } from '../protocol/api.ts';
import { fitted } from '../protocol/api-read.ts';
import { ask, failed, failedFor, socketOption, socketPath } from './admin-client.ts';
import { exitCode, UsageError, type Command, type Options } from './command.ts';
import { painter } from './printable.ts';
import { selectStatus, sortKeys, type Selection, type SortKey } from './status-select.ts';
import { statusLines } from './status-table.ts';

/** More names than anybody types; a shell's glob that went wrong ends here. */
const NAMES_MAX = 1000;

/** `routevane status`: signals, services, routes and sinks, as they are now. */
export const status: Command = {
  name: 'status',
  usage: `[NAME…] [--down] [--sort ${sortKeys.join('|')}] [--json] [--socket PATH]`,
  does: 'what is announced, what serves, and what is known of it; all, or these names, or what is down',
  example: 'routevane status --down --sort since',
  options: {
    ...socketOption,
    json: { type: 'boolean' },
    down: { type: 'boolean' },
    sort: { type: 'string' },
  },
  words: [0, NAMES_MAX],
  async run(options, names) {
    const selection: Selection = {
      names,
      isOnlyDown: options['down'] === true,
      sort: sortOf(options),
    };
    const answer = await ask(socketPath(options), '/api/v1/status');
    if (!answer.ok) return failed(answer.message);
    const isJson = options['json'] === true;
    const isWhole = names.length === 0 && !selection.isOnlyDown && selection.sort === null;
    if (isJson && isWhole) return print(answer.text.trimEnd());
    const whole = fitted(statusSchema, answer.value);
    if (!whole.ok) return failed(whole.message);
    const selected = selectStatus(whole.value, selection);
    if (!selected.ok) return failedFor(selected.name, selected.message);
    if (isJson) return print(JSON.stringify(selected.status));
    // Whoever reads a pipe wants all of it.
    const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
    const lines = statusLines(selected.status, painter(process.stdout), Date.now(), width);
    const isNone = selection.isOnlyDown && isEmpty(selected.status);
    return print([...lines, ...(isNone ? ['', 'all of it is up'] : [])].join('\n'));
  },
};

function isEmpty({ signals, services, routes, sinks }: ApiStatus): boolean {
  return [signals, services, routes, sinks].every(({ length }) => length === 0);
}

function sortOf({ sort }: Options): SortKey | null {
  if (sort === undefined) return null;
  const key = sortKeys.find((each) => each === sort);
  if (key !== undefined) return key;
  throw new UsageError(`status: --sort: expected ${sortKeys.join(', ')}`);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return exitCode.ok;
}
