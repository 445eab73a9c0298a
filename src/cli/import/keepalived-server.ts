import { type Address, parseAddress } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type { DraftKeys, Note } from './draft.ts';
import { keepalivedCheck, type KeepalivedCheck, type Protocol } from './keepalived-check.ts';
import {
  all,
  statementName,
  noteAtStatement,
  takeAll,
  statementText,
  statementWhole,
  type KeepalivedStatement,
} from './keepalived-tree.ts';
import { Bad, noWord, portOf, type KeepalivedVirtual } from './keepalived-virtual.ts';

const WEIGHT_MAX = 65_535;
/** What keepalived takes. */
const WEIGHT_MAX_THERE = 2 ** 31 - 1;
/** Where the file names no port, for a name of the real server; nothing is probed on it. */
const GUESSED_PORT = 80;

/** A real server with what is known of it. */
export interface Server {
  readonly statement: KeepalivedStatement;
  readonly address: Address;
  readonly port: number;
  /** `null`: more than can be said here. It stays what it is in the table. */
  readonly weight: number | null;
  readonly check: KeepalivedCheck;
  /** No port is known: its check is off, and `wanted` is what it would be. */
  readonly isOff: boolean;
  readonly wanted: DraftKeys;
}

/** What all services of one virtual_server share. */
export interface Block {
  readonly statement: KeepalivedStatement;
  readonly protocol: Protocol;
  readonly user: string | null;
  readonly isGroup: boolean;
}

/** Those that can be read and are not here before; the first that cannot, where no other can. */
export function serversOf(
  name: string,
  virtual: KeepalivedVirtual,
  block: Block,
  statements: readonly KeepalivedStatement[],
  notes: Note[],
): Server[] {
  const servers = new Map<string, Server>();
  const bad: Bad[] = [];
  for (const statement of statements) {
    try {
      const server = serverOf(name, virtual, block, statement, notes);
      const key = endpointText(server.address, server.port);
      if (servers.has(key))
        notes.push(
          noteAtStatement(statement, `real_server ${key} is here twice: the first counts`),
        );
      else servers.set(key, server);
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      bad.push(error);
      takeAll(statement);
      notes.push(
        noteAtStatement(
          statement,
          `${name}: its ${statementText(statement)} cannot be read: ${error.message}`,
        ),
      );
    }
  }
  const [first] = bad;
  if (servers.size === 0 && first !== undefined) throw first;
  return [...servers.values()];
}

function serverOf(
  name: string,
  virtual: KeepalivedVirtual,
  { statement: service, protocol, user, isGroup }: Block,
  statement: KeepalivedStatement,
  notes: Note[],
): Server {
  const [first = noWord, word, portWord] = statement.words;
  if (word === undefined) throw new Bad(first, 'expected real_server ADDRESS PORT');
  const address = parseAddress(word.text);
  if (!address.ok) throw new Bad(word, address.message);
  const said = portOf(portWord);
  const weight = weightOf(name, statement, service, notes);
  const around = { server: statement.block, service: service.block, address: word.text, user };
  const check = keepalivedCheck(`${name}/${word.text}`, around, protocol);
  const virtualPort = virtual.kind === 'address' ? virtual.port : 0;
  // Only NAT changes ports: keepalived resets them for the other methods.
  const isReset =
    !isGroup && virtualPort > 0 && said > 0 && said !== virtualPort && !isNat(statement, service);
  if (isReset) {
    notes.push(
      noteAtStatement(
        statement,
        `real_server ${word.text} ${said}: without NAT keepalived makes it port ${virtualPort} in the table, and probes ${check.port ?? said}`,
      ),
    );
  }
  const port = [isReset ? 0 : said, virtualPort, check.port ?? 0].find((each) => each > 0);
  const isProbed = isReset && check.port === null && check.needsPort;
  const keys: DraftKeys = isProbed ? [...check.keys, ['port', said]] : check.keys;
  const isGuessed = port === undefined;
  const isOff = isGuessed && check.needsPort;
  return {
    statement,
    address: address.value,
    port: port ?? GUESSED_PORT,
    weight,
    isOff,
    check: { ...check, keys: isOff ? offKeys : keys },
    wanted: keys,
  };
}

/** Always up: nobody said what to probe. */
const offKeys: DraftKeys = [
  ['type', 'exec'],
  ['command', ['/bin/true']],
  ['interval', '60s'],
  ['rise', 1],
  ['fall', 1],
];

/** What to write once somebody knows the port. */
export function guesses(name: string, servers: readonly Server[]): Note[] {
  const off = servers.filter(({ isOff }) => isOff);
  const [first] = off;
  if (first === undefined) return [];
  const [, type = 'tcp'] = first.wanted[0] ?? [];
  const which = off.map(({ address }) => address.text).join(', ');
  return [
    `${name}: no port is named for ${which}: ${GUESSED_PORT} is a guess. The check is off (/bin/true: always up) ` +
      `until you know the port and write it: check: { type: ${String(type)}, port: PORT }.`,
  ];
}

function isNat(server: KeepalivedStatement, service: KeepalivedStatement): boolean {
  const method =
    server.block.findLast((each) => statementName(each) === 'lvs_method') ??
    service.block.findLast(
      (each) => statementName(each) === 'lb_kind' || statementName(each) === 'lvs_method',
    );
  return (method?.words[1]?.text ?? 'NAT').toUpperCase() === 'NAT';
}

/** Its own, that of the virtual server, or 1. */
function weightOf(
  name: string,
  server: KeepalivedStatement,
  service: KeepalivedStatement,
  notes: Note[],
): number | null {
  const [own = service] = all(server.block, 'weight').length > 0 ? [server] : [];
  const statement = own.block.findLast((each) => statementName(each) === 'weight');
  if (statement === undefined) return 1;
  const weight = statementWhole(own.block, 'weight', 0, WEIGHT_MAX_THERE);
  if (weight === null) {
    const word = statement.words[1] ?? statement.words[0] ?? noWord;
    throw new Bad(word, `expected a weight from 0 to ${WEIGHT_MAX}`);
  }
  if (weight <= WEIGHT_MAX) return weight;
  notes.push(
    noteAtStatement(
      statement,
      `${name}: weight ${weight} is above ${WEIGHT_MAX}: it stays what it is in the table`,
    ),
  );
  return null;
}
