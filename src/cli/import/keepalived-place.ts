import { parseAddress } from '../../config/parse/address.ts';
import type { DraftKeys, Note } from './draft.ts';
import { all, find, statementWhole, type KeepalivedStatement } from './keepalived-tree.ts';

const PORT_MAX = 65_535;

/** Where a checker connects to, and from where. */
export interface CheckPlace {
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
  readonly port: number | null;
}

const connection = [
  'connect_ip',
  'connect_port',
  'bindto',
  'bind_port',
  'bind_if',
  'fwmark',
  'connect_timeout',
];

/**
 * `connect_ip` (where it is the real server's), `connect_port`, `bindto`. An SMTP_CHECK that says
 * nothing of its own takes them from its first `host { … }`, as keepalived does.
 */
export function placeOf({ block }: KeepalivedStatement, address: string): CheckPlace {
  const [host] = all(block, 'host');
  const isOwn = connection.some((name) => all(block, name).length > 0);
  if (isOwn || host === undefined) return placeIn(block, address);
  host.taken = Math.max(host.taken, 1);
  return placeIn(host.block, address);
}

function placeIn(block: readonly KeepalivedStatement[], address: string): CheckPlace {
  const [ip] = all(block, 'connect_ip').slice(-1);
  if (ip !== undefined && canonical(ip.words[1]?.text) === canonical(address)) {
    find(block, 'connect_ip', 2);
  }
  const port = statementWhole(block, 'connect_port', 1, PORT_MAX);
  const [bind] = all(block, 'bindto').slice(-1);
  const source = canonical(bind?.words[1]?.text);
  const isSameFamily = source?.includes(':') === address.includes(':');
  if (source !== null && isSameFamily) find(block, 'bindto', 2);
  return {
    keys: [
      ...(port === null ? [] : [['port', port] as const]),
      ...(source === null || !isSameFamily ? [] : [['source', source] as const]),
    ],
    notes: [],
    port,
  };
}

function canonical(text: string | undefined): string | null {
  const parsed = text === undefined ? null : parseAddress(text);
  return parsed?.ok === true ? parsed.value.text : null;
}
