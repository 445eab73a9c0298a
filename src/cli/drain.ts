import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationExpected, parseDuration } from '../config/parse/duration.ts';
import { ask, failed, socketOption, socketPath, type Answer } from './admin-client.ts';
import { exitCode, UsageError, type Command, type Options } from './command.ts';
import { isRecord, numberOf, recordOf, textOf, type JsonRecord } from './loose-json.ts';
import { cut, printable, timeText } from './printable.ts';

/** How often `--wait` looks. */
const lookMs = 500;

const progressMax = 100;

/** `routevane drain NAME`: takes something out of service without a noise. */
export const drain: Command = {
  name: 'drain',
  usage: 'NAME [--for 1h] [--reason TEXT] [--owner NAME] [--force] [--wait] [--socket PATH]',
  does: 'takes a route, service, real server or the node (NAME is "node") out of service; kept across restarts',
  example: 'routevane drain web/10.0.1.11:443 --for 1h --reason "kernel update" --wait',
  options: {
    ...socketOption,
    for: { type: 'string' },
    reason: { type: 'string' },
    owner: { type: 'string' },
    force: { type: 'boolean' },
    wait: { type: 'boolean' },
  },
  words: 1,
  async run(options, [name = '']) {
    const body = {
      owner: ownerOf(options),
      force: options['force'] === true,
      ...(typeof options['reason'] === 'string' && { reason: options['reason'] }),
      ...lengthOf(options),
    };
    const socket = socketPath(options);
    const answer = await ask(socket, pathOf(name), { method: 'POST', body });
    if (!answer.ok) return failed(`${name}: ${answer.message}`);
    const full = isRecord(answer.value) ? textOf(answer.value, 'name') || name : name;
    tell(full, answer);
    return options['wait'] === true ? waitFor(full, socket) : exitCode.ok;
  },
};

/** `routevane undrain NAME`: ends maintenance before its time. */
export const undrain: Command = {
  name: 'undrain',
  usage: 'NAME [--owner NAME] [--socket PATH]',
  does: 'ends the maintenance that drain began',
  example: 'routevane undrain web/10.0.1.11:443',
  options: { ...socketOption, owner: { type: 'string' } },
  words: 1,
  async run(options, [name = '']) {
    const how = { method: 'DELETE', body: { owner: ownerOf(options) } } as const;
    const answer = await ask(socketPath(options), pathOf(name), how);
    if (!answer.ok) return failed(`${name}: ${answer.message}`);
    process.stdout.write(`${printable(name)}: maintenance has ended\n`);
    warnIfNotKept(answer);
    return exitCode.ok;
  },
};

function pathOf(name: string): string {
  return `/api/v1/drain/${encodeURIComponent(name)}`;
}

/** Whoever is behind sudo, and not root: that is whom others ask. */
function ownerOf({ owner }: Options): string {
  if (typeof owner === 'string') return owner;
  return process.env['SUDO_USER'] || process.env['USER'] || ownName();
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in passwd(5): the daemon says "unknown".
    return '';
  }
}

function lengthOf(options: Options): { readonly for?: string } {
  const given = options['for'];
  if (typeof given !== 'string') return {};
  const length = parseDuration(given);
  if (!length.ok || length.value === 0) throw new UsageError(`--for: ${durationExpected}`);
  return { for: given };
}

function tell(name: string, answer: Answer & { readonly ok: true }): void {
  const view = isRecord(answer.value) ? recordOf(answer.value, 'drain') : null;
  const until = view === null ? '' : textOf(view, 'until');
  const end = until === '' ? `until routevane undrain ${name}` : `until ${timeText(until)}`;
  process.stdout.write(`${printable(`${name}: in maintenance ${end}`)}\n`);
  warnIfNotKept(answer);
}

function warnIfNotKept({ value }: Answer & { readonly ok: true }): void {
  if (!isRecord(value) || value['kept'] !== false) return;
  process.stderr.write(
    'routevane: this does not outlive a restart of the daemon: no state_dir, or it cannot be written\n',
  );
}

/** Until it carries no traffic any more; the maintenance itself goes on. */
async function waitFor(name: string, socket: string): Promise<number> {
  const isTerminal = process.stderr.isTTY;
  const clear = (): void => void (isTerminal && process.stderr.write('\r\u001b[K'));
  for (;;) {
    const answer = await ask(socket, pathOf(name));
    clear();
    if (!answer.ok) return failed(`${name}: ${answer.message}`);
    const view = isRecord(answer.value) ? recordOf(answer.value, 'drain') : null;
    if (view === null) return failed(`${name}: the maintenance was ended meanwhile`);
    if (view['done'] === true) {
      process.stdout.write(`${printable(name)}: drained\n`);
      return exitCode.ok;
    }
    if (isTerminal) process.stderr.write(cut(printable(progressText(name, view)), progressMax));
    await sleep(lookMs);
  }
}

function progressText(name: string, view: JsonRecord): string {
  const progress = recordOf(view, 'progress') ?? {};
  const active = numberOf(progress, 'active_connections');
  const deadline = textOf(progress, 'deadline');
  const unconfirmed = numberOf(progress, 'unconfirmed_routes') ?? 0;
  return [
    `${name}: draining`,
    ...(active === null ? [] : [`${active} connections left`]),
    ...(deadline === '' ? [] : [`at the latest at ${timeText(deadline)}`]),
    ...(unconfirmed === 0 ? [] : [`ExaBGP has to confirm ${unconfirmed} yet`]),
  ].join(', ');
}
