import { isUnsafe } from '../../config/control-characters.ts';
import { parseAddress } from '../../config/parse/address.ts';
import { durationText } from '../../config/parse/duration.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type { DraftKeys, DraftService, DraftSignal } from './draft.ts';
import { shortened, textFault, type Argument, type GivenOptions } from './healthcheck-words.ts';

/** What ExaBGP's healthcheck takes where nothing is given. */
const defaults = { interval: 5, fast: 1, timeout: 5, rise: 3, fall: 3 } as const;

/** The shortest interval of a signal. */
const INTERVAL_MIN_MS = 100;
const INTERVAL_MAX_MS = 2 ** 31 - 1;
const RESULTS_MAX = 1_000;

/** What a process watches: a signal, or, for `nc -z`, a service without IPVS. */
export interface WatchedCommand {
  readonly signals: readonly DraftSignal[];
  readonly services: readonly DraftService[];
}

/** One process that is being translated. */
export interface Job {
  readonly name: string;
  readonly given: GivenOptions;
  /** Where its `run` is. */
  readonly at: Argument;
  readonly environment: readonly string[];
  /** Takes what cannot be carried over as it is. */
  readonly note: (text: string, at?: Argument) => void;
}

/** `--cmd`, its times and `--disable`. */
export function watchedOf(job: Job, enabledName: string): WatchedCommand {
  const { given, name, note } = job;
  const command = given.last('--command') ?? '';
  const times = timesOf(job);
  const server = tcpServer(command);
  const file = (given.peek('--disable') ?? '') === '' ? null : given.last('--disable');
  const enabled = file === null ? [] : [enabledSignal(enabledName, file, times)];
  if (server !== null && job.environment.length === 0) {
    const seconds = server.seconds === null ? times.timeoutMs : server.seconds * 1000;
    const limited = { ...times, timeoutMs: Math.min(times.timeoutMs, seconds) };
    const service = serviceOf(name, server.endpoint, limited);
    return { signals: enabled, services: [service] };
  }
  if (command === '') note('no --cmd is given: it is always up', job.at);
  return { signals: [signalOf(job, command, times), ...enabled], services: [] };
}

interface Times {
  readonly intervalMs: number;
  readonly fastMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
}

function timesOf(job: Job): Times {
  const { given, note } = job;
  const seconds = numberOf(job, '--interval', defaults.interval);
  if (seconds === 0) {
    const text = `--interval 0 announced once and ended: ${defaults.interval}s is taken`;
    note(text, given.place('--interval'));
  }
  const wishedMs = Math.round((seconds === 0 ? defaults.interval : seconds) * 1000);
  const intervalMs = Math.min(INTERVAL_MAX_MS, Math.max(INTERVAL_MIN_MS, wishedMs));
  const changed = (name: string, wished: number, taken: number, why: string): void => {
    if (wished === taken) return;
    const text = `${name} is ${durationText(wished)} there and ${durationText(taken)} here: ${why}`;
    note(text, given.place(name) ?? job.at);
  };
  changed('--interval', wishedMs, intervalMs, 'as near as it can be');
  const wishedFastMs = Math.round(numberOf(job, '--fast-interval', defaults.fast) * 1000);
  const fastMs = Math.min(intervalMs, Math.max(INTERVAL_MIN_MS, wishedFastMs));
  const isShort = wishedFastMs < INTERVAL_MIN_MS;
  const whyFast = isShort ? 'it is the shortest' : 'it cannot be above the interval';
  changed('--fast-interval', wishedFastMs, fastMs, whyFast);
  const wishedTimeoutMs = Math.round(numberOf(job, '--timeout', defaults.timeout) * 1000);
  const hasTimeout = wishedTimeoutMs > 0;
  if (!hasTimeout) note(`--timeout 0 is without end there: the interval is taken`);
  const timeoutMs = hasTimeout ? Math.min(intervalMs, wishedTimeoutMs) : intervalMs;
  if (hasTimeout) {
    changed('--timeout', wishedTimeoutMs, timeoutMs, 'a check must end before the next one');
  }
  const results = (name: string, otherwise: number): number => {
    const wished = Math.round(numberOf(job, name, otherwise));
    const taken = Math.min(RESULTS_MAX, Math.max(1, wished));
    if (wished > taken) note(`${name} ${wished} is above ${RESULTS_MAX}: that is taken`);
    return taken;
  };
  return {
    intervalMs,
    fastMs,
    timeoutMs,
    rise: results('--rise', defaults.rise),
    fall: results('--fall', defaults.fall),
  };
}

/** A number from 0 on; a note and the default where it is none. */
function numberOf({ given, note }: Job, name: string, otherwise: number): number {
  const text = given.last(name);
  if (text === null) return otherwise;
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text.trim())
    ? Number(text)
    : Number.NaN;
  if (Number.isFinite(number) && number >= 0) return number;
  const place = given.place(name);
  note(`${name} ${shortened(text)}: expected a number from 0 on: ${otherwise} is taken`, place);
  return otherwise;
}

function keysOf({ intervalMs, fastMs, timeoutMs, rise, fall }: Times): DraftKeys {
  return [
    ['interval', durationText(intervalMs)],
    ['fast_interval', durationText(fastMs)],
    ['timeout', durationText(timeoutMs)],
    ['rise', rise],
    ['fall', fall],
  ];
}

function signalOf(job: Job, command: string, times: Times): DraftSignal {
  const shell = shellOf(command === '' ? 'true' : command);
  const { environment } = job;
  const user = (job.given.peek('--user') ?? '') === '' ? null : job.given.last('--user');
  // A check that hangs is "lost" here, and a failed one there: it counts as down as soon.
  const holdMs = (times.fall - 1) * (times.fastMs + times.timeoutMs);
  return {
    name: job.name,
    keys: [
      ['type', 'exec'],
      ['command', environment.length === 0 ? shell : ['/usr/bin/env', ...environment, ...shell]],
      ...(user === null ? [] : [['user', user] as const]),
      ...keysOf(times),
      ['lost_hold', durationText(Math.min(INTERVAL_MAX_MS, holdMs))],
    ],
    notes: [],
  };
}

/**
 * Any code but 0 is down for ExaBGP; a Nagios plugin means "up, with a warning" by 1. What would
 * swallow the bracket after it, such as a comment, goes to a shell of its own; and control
 * characters, which no configuration has, as `printf %b` writes them.
 */
export function shellOf(command: string): string[] {
  const start = ['/bin/sh', '-c'];
  if (textFault(command) !== null) {
    return [...start, '/bin/sh -c "$(printf %b "$1")" || exit 2', 'sh', escaped(command)];
  }
  if (!/#|<<|\\$/u.test(command)) return [...start, `(${command}) || exit 2`];
  return [...start, '/bin/sh -c "$1" || exit 2', 'sh', command];
}

function escaped(command: string): string {
  return Array.from(command, (char) => {
    if (char === '\\') return '\\\\';
    if (!isUnsafe(char)) return char;
    const bytes = [...Buffer.from(char, 'utf8')];
    return bytes.map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  }).join('');
}

/** `--disable FILE`: while the file is there it is down, at once. */
function enabledSignal(name: string, file: string, times: Times): DraftSignal {
  return {
    name,
    keys: [
      ['type', 'exec'],
      ['command', ['/bin/sh', '-c', '[ ! -e "$1" ] || exit 2', 'sh', file]],
      ...keysOf({ ...times, rise: 1, fall: 1 }),
    ],
    notes: [],
  };
}

/** `nc -z -w 1 127.0.0.1 80`: a probe of ours, without a process. */
function tcpServer(command: string): { endpoint: string; seconds: number | null } | null {
  const match =
    /^(?:\S*\/)?(?:nc|ncat)\s+-z(?:\s+-w\s*([1-9]\d{0,5}))?\s+(\S+)\s+([1-9]\d{0,4})$/u.exec(
      command.trim(),
    );
  const address = parseAddress(match?.[2] ?? '');
  const port = Number(match?.[3] ?? 0);
  if (!address.ok || port < 1 || port > 65_535) return null;
  const seconds = match?.[1] === undefined ? null : Number(match[1]);
  return { endpoint: endpointText(address.value, port), seconds };
}

function serviceOf(name: string, server: string, times: Times): DraftService {
  return {
    name,
    virtual: null,
    check: [['type', 'tcp'], ...keysOf(times)],
    keys: [],
    realServers: [{ address: server, weight: null, check: [], note: null }],
    notes: [],
  };
}
