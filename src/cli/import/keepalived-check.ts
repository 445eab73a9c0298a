import type { DraftKeys } from './draft.ts';
import { find, valueOf, type Statement } from './keepalived-tree.ts';

/** keepalived(5): what is not said. */
const DELAY_LOOP_S = 60;
const CONNECT_TIMEOUT_S = 5;
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
  SMTP_CHECK: (block) => [
    ['type', 'tcp'],
    ['expect', '220'],
    ...(valueOf(block, 'connect_port') === undefined ? [['port', 25] as const] : []),
  ],
  DNS_CHECK: (block) => [
    ['type', 'dns'],
    ['name', valueOf(block, 'name') ?? '.'],
    ['record', records.has(valueOf(block, 'type') ?? '') ? (valueOf(block, 'type') ?? '') : 'SOA'],
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
  return { keys: [...keys, ...commonKeys(own, block, service)], notes };
}

function isChecker(name: string): boolean {
  return Object.hasOwn(checkers, name) || otherCheckers.has(name);
}

/** How often, how long, how many times; looked up from the inside out, as keepalived does. */
function commonKeys(...blocks: readonly (readonly Statement[])[]): DraftKeys {
  const numberOf = (key: string): number | null => {
    for (const block of blocks) {
      const value = Number(valueOf(block, key) ?? Number.NaN);
      if (Number.isFinite(value) && value >= 0) return value;
    }
    return null;
  };
  const intervalMs = Math.max(INTERVAL_MIN_MS, (numberOf('delay_loop') ?? DELAY_LOOP_S) * MS_PER_S);
  const timeoutS = numberOf('connect_timeout') ?? numberOf('misc_timeout') ?? CONNECT_TIMEOUT_S;
  const timeoutMs = Math.min(intervalMs, Math.max(1, timeoutS * MS_PER_S));
  const retries = numberOf('retry') ?? numberOf('nb_get_retry');
  const pauseS = numberOf('delay_before_retry');
  const port = numberOf('connect_port');
  const source = valueOf(blocks[0] ?? [], 'bindto');
  const fastMs = Math.max(INTERVAL_MIN_MS, (pauseS ?? 0) * MS_PER_S);
  return [
    ...(port === null ? [] : [['port', port] as const]),
    ...(source === undefined ? [] : [['source', source] as const]),
    ['interval', duration(intervalMs)],
    ['timeout', duration(timeoutMs)],
    ...(pauseS === null
      ? []
      : [['fast_interval', duration(Math.min(fastMs, intervalMs))] as const]),
    ['rise', 1],
    ['fall', Math.round((retries ?? 0) + 1)],
  ];
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

/** `misc_path "/usr/bin/check -x 1"`: one word with the arguments in it, or several. */
function commandOf(block: readonly Statement[]): string[] {
  const [, ...words] = find(block, 'misc_path')?.words ?? [];
  return words.flatMap(({ text }) => text.split(/\s+/u)).filter((text) => text !== '');
}
