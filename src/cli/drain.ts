import { userInfo } from 'node:os';
import { DURATION_EXPECTED, parseDuration } from '../config/parse/duration.ts';
import { drainAnswer, type ApiDrainAnswer } from '../protocol/api.ts';
import { fitted } from '../protocol/api-read.ts';
import { ask, failedFor, socketOption, socketPath } from './admin-client.ts';
import { exitCode, UsageError, type Command, type Options } from './command.ts';
import { drainPath, waitUntilDrained, type Patience } from './drain-wait.ts';
import { withoutControls } from '../protocol/printable.ts';
import { timeText } from './printable.ts';

/** `routevane drain NAME`: takes something out of service without a noise. */
export const drain: Command = {
  name: 'drain',
  usage:
    'NAME [--for 1h] [--reason TEXT] [--owner NAME] [--force] ' +
    '[--wait] [--connections N] [--within 5m] [--socket PATH]',
  does: 'takes a route, service, real server or the node (NAME is "node") out of service; kept across restarts',
  example: 'routevane drain web/10.0.1.11:443 --reason "kernel update" --wait --within 5m',
  options: {
    ...socketOption,
    for: { type: 'string' },
    reason: { type: 'string' },
    owner: { type: 'string' },
    force: { type: 'boolean' },
    wait: { type: 'boolean' },
    connections: { type: 'string' },
    within: { type: 'string' },
  },
  words: 1,
  async run(options, [name = '']) {
    const patience = patienceOf(options);
    const body = {
      owner: ownerOf(options),
      force: options['force'] === true,
      ...(typeof options['reason'] === 'string' && { reason: options['reason'] }),
      ...lengthOf(options),
    };
    const socket = socketPath(options);
    const answer = await ask(socket, drainPath(name), { method: 'POST', body });
    if (!answer.ok) return failedFor(name, answer.message);
    const begun = fitted(drainAnswer, answer.value);
    if (!begun.ok) return failedFor(name, begun.message);
    // A short name may have been given: operators should read what they changed.
    const { name: full } = begun.value;
    printBegun(begun.value);
    return patience === null ? exitCode.ok : waitUntilDrained(full, socket, patience);
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
    const answer = await ask(socketPath(options), drainPath(name), how);
    if (!answer.ok) return failedFor(name, answer.message);
    const ended = fitted(drainAnswer, answer.value);
    if (!ended.ok) return failedFor(name, ended.message);
    process.stdout.write(`${withoutControls(ended.value.name)}: maintenance has ended\n`);
    warnIfNotKept(ended.value);
    return exitCode.ok;
  },
};

/** `null`: `--wait` was not given. */
function patienceOf({ wait, connections, within }: Options): Patience | null {
  if (wait !== true && connections === undefined && within === undefined) return null;
  const isCount = typeof connections === 'string' && /^\d{1,9}$/u.test(connections);
  if (connections !== undefined && !isCount) {
    throw new UsageError('--connections: expected a whole number of connections that may be left');
  }
  const length = typeof within === 'string' ? parseDuration(within) : null;
  if (length?.ok === false) throw new UsageError(`--within: ${length.message}`);
  return {
    connectionsMax: isCount ? Number(connections) : 0,
    withinMs: length === null ? Infinity : length.value,
  };
}

/** The user behind sudo rather than root: that is whom colleagues will ask. */
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
  if (!length.ok) throw new UsageError(`--for: ${length.message}`);
  if (length.value === 0) throw new UsageError(`--for: ${DURATION_EXPECTED}`);
  return { for: given };
}

function printBegun(answer: ApiDrainAnswer): void {
  const { name, drain: begun } = answer;
  const until = begun?.until ?? null;
  const end = until === null ? `until routevane undrain ${name}` : `until ${timeText(until)}`;
  process.stdout.write(`${withoutControls(`${name}: in maintenance ${end}`)}\n`);
  warnIfNotKept(answer);
}

function warnIfNotKept({ kept: isKept }: ApiDrainAnswer): void {
  if (isKept !== false) return;
  process.stderr.write(
    'routevane: a restart of the daemon ends this maintenance, because state_dir is not set or cannot be written\n',
  );
}
