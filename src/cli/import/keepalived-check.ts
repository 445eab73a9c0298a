import type { DraftKeys } from './draft.ts';
import { find, valueOf, type Statement } from './keepalived-tree.ts';

/** keepalived(5): what is not said. */
const DELAY_LOOP_S = 60;
const CONNECT_TIMEOUT_S = 5;
/** How often a failed check is repeated before it counts; keepalived's defaults by checker. */
const RETRIES: Readonly<Record<string, number>> = { DNS_CHECK: 3, MISC_CHECK: 0 };
const RETRIES_DEFAULT = 1;
/** The pause before each of them, seconds; `null`: delay_loop. */
const PAUSE_S: Readonly<Record<string, number | null>> = {
  HTTP_GET: 3,
  SSL_GET: 3,
  DNS_CHECK: null,
  MISC_CHECK: null,
};
const PAUSE_DEFAULT_S = 1;
const MS_PER_S = 1_000;
const INTERVAL_MIN_MS = 100;

export interface Check {
  readonly keys: DraftKeys;
  readonly notes: readonly string[];
}

/** keepalived takes exit code 1 for a failure, and a Nagios plugin means "up, with a warning" by it. */
const exitOneIsDown = ['/bin/sh', '-c', '"$@" || exit 2', 'sh'];

/** The checkers of one real server, each with its part of the configuration. */
const checkers: Readonly<
  Record<string, (block: readonly Statement[], protocol: string) => DraftKeys>
> = {
  TCP_CHECK: () => [['type', 'tcp']],
  HTTP_GET: (block) => httpKeys('http', block),
  SSL_GET: (block) => httpKeys('https', block),
  SMTP_CHECK: () => [
    ['type', 'tcp'],
    ['expect', '220'],
  ],
  DNS_CHECK: (block) => [
    ['type', 'dns'],
    ['name', valueOf(block, 'name') ?? '.'],
    ['record', records.has(valueOf(block, 'type') ?? '') ? (valueOf(block, 'type') ?? '') : 'SOA'],
    // keepalived looks at the code of the answer only.
    ['answer', 'any'],
  ],
  UDP_CHECK: () => [
    ['type', 'udp'],
    ['send', ''],
    ['expect', 'none'],
  ],
  PING_CHECK: () => [
    ['type', 'exec'],
    ['command', [...exitOneIsDown, 'ping', '-c', '1', '{address}']],
  ],
  MISC_CHECK: (block) => [
    ['type', 'exec'],
    ['command', [...exitOneIsDown, ...commandOf(block)]],
  ],
};

/** Types of records that both know; keepalived's default is SOA. */
const records = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

const otherCheckers = new Set(['FILE_CHECK', 'BFD_CHECK']);

/** What of a real server's block says how it is checked. `service` is the block around it. */
export function checkOf(
  name: string,
  block: readonly Statement[],
  service: readonly Statement[],
  protocol: 'tcp' | 'udp',
): Check {
  const notes: string[] = [];
  const found = block.filter(({ words }) => isChecker(words[0]?.text ?? ''));
  const known = found.find(({ words }) => Object.hasOwn(checkers, words[0]?.text ?? ''));
  for (const checker of found) checker.isRead = true;
  for (const { words } of found.filter((each) => each !== known)) {
    notes.push(`${name}: ${words[0]?.text ?? ''} is left out`);
  }
  if (known === undefined) {
    notes.push(`${name} has no check that could be carried over: a plain one stands in for it`);
  }
  const own = known?.block ?? [];
  const type = known?.words[0]?.text ?? (protocol === 'udp' ? 'UDP_CHECK' : 'TCP_CHECK');
  if (valueOf(own, 'connect_ip') !== undefined) notes.push(`${name}: connect_ip is left out`);
  if (find(own, 'misc_dynamic') !== undefined) notes.push(`${name}: misc_dynamic is left out`);
  const keys = checkers[type]?.(own, protocol) ?? [];
  const timing = timingKeys(type, (key) => numberIn([own, block, service], key));
  notes.push(...timing.notes.map((note) => `${name}: ${note}`));
  return { keys: [...keys, ...placeKeys(own, block, service), ...timing.keys], notes };
}

function isChecker(name: string): boolean {
  return Object.hasOwn(checkers, name) || otherCheckers.has(name);
}

/** The first number of this name, looked up from the inside out, as keepalived does. */
function numberIn(blocks: readonly (readonly Statement[])[], key: string): number | null {
  for (const block of blocks) {
    const value = Number(valueOf(block, key) ?? Number.NaN);
    if (Number.isFinite(value) && value >= 0) return value;
  }
  return null;
}

/** Which port is probed, and from which address. */
function placeKeys(...blocks: readonly (readonly Statement[])[]): DraftKeys {
  const port = numberIn(blocks, 'connect_port');
  const source = valueOf(blocks[0] ?? [], 'bindto');
  return [
    ...(port === null ? [] : [['port', port] as const]),
    ...(source === undefined ? [] : [['source', source] as const]),
  ];
}

/** How often, how long, how many times; what keepalived takes where nothing is said is written out. */
function timingKeys(type: string, numberOf: (key: string) => number | null): Check {
  const notes: string[] = [];
  const loopMs = Math.max(INTERVAL_MIN_MS, (numberOf('delay_loop') ?? DELAY_LOOP_S) * MS_PER_S);
  const connectS = numberOf('connect_timeout');
  const miscMs = type === 'MISC_CHECK' ? (numberOf('misc_timeout') ?? 0) * MS_PER_S : 0;
  if (miscMs > loopMs) {
    notes.push(
      `misc_timeout is above delay_loop: the interval is ${duration(miscMs)}, for runs do not overlap`,
    );
  }
  const intervalMs = Math.max(loopMs, miscMs);
  const wantedMs = miscMs > 0 ? miscMs : timeoutMsOf(type, connectS, loopMs);
  if (connectS !== null && wantedMs > intervalMs) {
    notes.push(`connect_timeout is above delay_loop: it is cut to ${duration(intervalMs)}`);
  }
  const retries = numberOf('retry') ?? numberOf('nb_get_retry');
  const pauseS = numberOf('delay_before_retry') ?? defaultOf(PAUSE_S, type, PAUSE_DEFAULT_S);
  const fastMs = pauseS === null ? intervalMs : Math.max(INTERVAL_MIN_MS, pauseS * MS_PER_S);
  return {
    keys: [
      ['interval', duration(intervalMs)],
      ['timeout', duration(Math.min(intervalMs, Math.max(1, wantedMs)))],
      ['fast_interval', duration(Math.min(fastMs, intervalMs))],
      ['rise', 1],
      ['fall', Math.round((retries ?? defaultOf(RETRIES, type, RETRIES_DEFAULT)) + 1)],
    ],
    notes,
  };
}

function timeoutMsOf(type: string, connectS: number | null, loopMs: number): number {
  if (connectS !== null) return connectS * MS_PER_S;
  return type === 'MISC_CHECK' ? loopMs : CONNECT_TIMEOUT_S * MS_PER_S;
}

function defaultOf<T>(table: Readonly<Record<string, T>>, type: string, otherwise: T): T {
  const value = Object.hasOwn(table, type) ? table[type] : undefined;
  return value === undefined ? otherwise : value;
}

function duration(ms: number): string {
  return ms % MS_PER_S === 0 ? `${ms / MS_PER_S}s` : `${Math.round(ms)}ms`;
}

/** The first `url` of an HTTP_GET; the digest of a page says less than its status. */
function httpKeys(type: 'http' | 'https', block: readonly Statement[]): DraftKeys {
  const url = find(block, 'url')?.block ?? [];
  const status = find(url, 'status_code')?.words[1]?.text;
  const host = valueOf(url, 'virtualhost') ?? valueOf(block, 'virtualhost');
  return [
    ['type', type],
    ['path', valueOf(url, 'path') ?? '/'],
    ...(host === undefined ? [] : [['host', host] as const]),
    ...(status === undefined ? [] : [['status', status] as const]),
    // As keepalived does: it looks at no certificate.
    ...(type === 'https' ? [['verify', false] as const] : []),
  ];
}

/** `misc_path "/usr/bin/check -x 1"`: one word with the arguments in it, or several; quotes join. */
function commandOf(block: readonly Statement[]): string[] {
  const [, ...words] = find(block, 'misc_path')?.words ?? [];
  const text = words.map((word) => word.text).join(' ');
  return [...text.matchAll(commandWord)].map(([, double, single, plain]) =>
    (double ?? single ?? plain ?? '').replaceAll(/\\(.)/gu, '$1'),
  );
}

/** As keepalived splits a command: words in double or single quotes, or plain ones; `\` escapes. */
const commandWord = /"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\s"'\\])+)/gu;
