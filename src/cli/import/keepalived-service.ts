import type { Address } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type { DraftKeys, DraftServer, DraftService, Note } from './draft.ts';
import { isChecker, type Protocol } from './keepalived-check.ts';
import { leftOut, ofTheTable } from './keepalived-hints.ts';
import {
  all,
  find,
  isOn,
  statementName,
  noteAtStatement,
  unread,
  statementWhole,
  type KeepalivedStatement,
} from './keepalived-tree.ts';
import { guesses, serversOf, type Block, type Server } from './keepalived-server.ts';
import { virtualsOf, type KeepalivedVirtual } from './keepalived-virtual.ts';

/** What keepalived takes for a weight. */
const WEIGHT_MAX_THERE = 2 ** 31 - 1;

export interface Made {
  readonly service: DraftService;
  readonly vip: Address | null;
}

/** One virtual_server: a service for each address or mark that it has. */
export function servicesOf(
  statement: KeepalivedStatement,
  groups: readonly KeepalivedStatement[],
  user: string | null,
  notes: Note[],
): Made[] {
  const block: Block = {
    statement,
    user,
    isGroup: statement.words[1]?.text === 'group',
    protocol: protocolOf(statement),
  };
  const virtuals = virtualsOf(statement, groups, notes);
  const title = statement.words.map(({ text }) => text).join(' ');
  const servers = all(statement.block, 'real_server');
  for (const each of servers) each.taken = Math.min(each.words.length, 3);
  const why = whyNot(block, servers);
  if (why !== null) {
    notes.push(noteAtStatement(statement, `${title} is left out: ${why}`));
    return [];
  }
  const made = virtuals.map((virtual) => serviceOf(virtual, block, servers));
  const lacks = unread([statement]).filter(
    (each) => !ofTheTable.has(statementName(each.statement)),
  );
  const [first, ...others] = made;
  if (first === undefined) {
    notes.push(noteAtStatement(statement, `${title} is left out: it has no address`));
    return [];
  }
  // Of several with one block the first has what all of them lack.
  const shared: Note[] = [...unsaid(block), ...first.service.notes, ...lacks.map(leftOut)];
  if (made.length > 1) {
    shared.push(
      `${made.length} services for one virtual_server: each probes the real servers for itself.`,
    );
  }
  const said = new Set(shared.map((note) => JSON.stringify(note)));
  return [
    { ...first, service: { ...first.service, notes: inFileOrder(shared) } },
    ...others.map(({ service, vip }) => {
      const notesHere = service.notes.filter((note) => !said.has(JSON.stringify(note)));
      return { vip, service: { ...service, notes: notesHere } };
    }),
  ];
}

/** A protocol that nobody said. */
function unsaid({ statement, protocol }: Block): Note[] {
  const { block, words } = statement;
  const isSaid = all(block, 'protocol').some(({ taken }) => taken > 0);
  if (isSaid || words[1]?.text === 'fwmark') return [];
  const title = words.map(({ text }) => text).join(' ');
  const why = `${protocol} by its checks; without one keepalived makes a UDP service`;
  return [noteAtStatement(statement, `${title} has no protocol: ${why}`)];
}

function protocolOf({ block }: KeepalivedStatement): Protocol {
  const text = block
    .findLast((each) => statementName(each) === 'protocol')
    ?.words[1]?.text.toLowerCase();
  if (text === 'tcp' || text === 'udp' || text === 'sctp') {
    find(block, 'protocol', 2);
    return text;
  }
  const isUdp = all(block, 'real_server').some((server) =>
    server.block.some(
      (each) => statementName(each) === 'UDP_CHECK' || statementName(each) === 'DNS_CHECK',
    ),
  );
  return isUdp ? 'udp' : 'tcp';
}

function whyNot({ protocol }: Block, servers: readonly KeepalivedStatement[]): string | null {
  if (servers.length === 0) return 'it has no real servers';
  const isProbed = servers.every(({ block }) => block.some(isChecker));
  return protocol === 'sctp' && !isProbed ? 'there is no probe for sctp' : null;
}

function serviceOf(
  virtual: KeepalivedVirtual,
  block: Block,
  statements: readonly KeepalivedStatement[],
): Made {
  const { statement, protocol } = block;
  const name = serviceName(virtual, protocol);
  const notes: Note[] = [];
  const servers = serversOf(name, virtual, block, statements, notes);
  // One by one: there may be more than a call takes.
  for (const note of servers.flatMap(({ check }) => check.notes)) notes.push(note);
  for (const note of guesses(name, servers)) notes.push(note);
  const checks = servers.map(({ check }) => check.keys);
  const isAlike = checks.every((keys) => JSON.stringify(keys) === JSON.stringify(checks[0]));
  const isPortless = virtual.kind === 'address' && virtual.port === 0;
  if (isPortless) {
    notes.push(
      `${name}: it serves all ports, and IPVS has no name for that here: it is probed for its route, and its weights are nobody's. Leave the checks of this one in keepalived.`,
    );
  }
  const service: DraftService = {
    name,
    virtual: virtualText(virtual, protocol),
    check: isAlike ? (checks[0] ?? []) : [],
    keys: serviceKeys(name, statement.block, servers, notes),
    realServers: servers.map((server, at): DraftServer => ({
      address: endpointText(server.address, server.port),
      weight: server.weight,
      check: isAlike ? [] : (checks[at] ?? []),
      note: null,
    })),
    notes: inFileOrder(notes),
  };
  return { service, vip: virtual.kind === 'address' ? virtual.address : null };
}

function serviceName(virtual: KeepalivedVirtual, protocol: Protocol): string {
  if (virtual.kind === 'fwmark') return `fwmark-${virtual.mark}`;
  const { address, port } = virtual;
  return `${protocol}-${port === 0 ? 'all' : port}-${address.text.replaceAll(':', '-')}`;
}

function virtualText(virtual: KeepalivedVirtual, protocol: Protocol): string | null {
  if (virtual.kind === 'fwmark') return `fwmark ${virtual.mark}`;
  const { address, port } = virtual;
  return port === 0 ? null : `${endpointText(address, port)}/${protocol}`;
}

/** As in keepalived a quorum is never above all weights together, nor a hysteresis above it. */
function serviceKeys(
  name: string,
  block: readonly KeepalivedStatement[],
  servers: readonly Server[],
  notes: Note[],
): DraftKeys {
  const quorum = statementWhole(block, 'quorum', 1, WEIGHT_MAX_THERE) ?? 1;
  const hysteresis = statementWhole(block, 'hysteresis', 0, WEIGHT_MAX_THERE) ?? 0;
  const total = servers.reduce((sum, { weight }) => sum + (weight ?? WEIGHT_MAX_THERE), 0);
  const isKnown = servers.every(({ weight }) => weight !== null) && total > 0;
  const most = isKnown ? total : WEIGHT_MAX_THERE;
  const quorumHere = Math.min(quorum, most);
  const hysteresisHere = Math.min(hysteresis, quorumHere - 1, most - quorumHere);
  const cut = (key: string, said: number, here: number, why: string): void => {
    const [statement] = all(block, key).slice(-1);
    if (said === here || statement === undefined) return;
    notes.push(noteAtStatement(statement, `${name}: ${key} ${said} is cut to ${here}: ${why}`));
  };
  cut('quorum', quorum, quorumHere, `all weights together are ${total}`);
  cut(
    'hysteresis',
    hysteresis,
    hysteresisHere,
    `the quorum is ${quorumHere}, and all weights together are ${total}`,
  );
  return [
    ...(quorumHere > 1 ? [['quorum', quorumHere] as const] : []),
    ...(hysteresisHere > 0 ? [['hysteresis', hysteresisHere] as const] : []),
    // As keepalived does without inhibit_on_failure.
    ['on_down', isInhibited(name, block, servers, notes) ? 'quiesce' : 'remove'],
  ];
}

/** Said for each real server there, and once here: for all if for any. */
function isInhibited(
  name: string,
  block: readonly KeepalivedStatement[],
  servers: readonly Server[],
  notes: Note[],
): boolean {
  const ofAll = isOn(block, 'inhibit_on_failure') ?? false;
  const each = new Set(
    servers.map(({ statement }) => isOn(statement.block, 'inhibit_on_failure') ?? ofAll),
  );
  const isAny = each.has(true);
  const [first] = servers.flatMap(
    ({ statement }) => find(statement.block, 'inhibit_on_failure') ?? [],
  );
  if (isAny && each.has(false) && first !== undefined) {
    notes.push(
      noteAtStatement(
        first,
        `${name}: inhibit_on_failure is for some real servers only: on_down: quiesce is for all of them here`,
      ),
    );
  }
  return isAny;
}

/** General ones first, then by line; each once. */
export function inFileOrder(notes: readonly Note[]): Note[] {
  const seen = new Set<string>();
  return notes
    .filter((note) => {
      const key = JSON.stringify(note);
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => lineOf(a) - lineOf(b));
}

function lineOf(note: Note): number {
  return typeof note === 'string' ? 0 : note.line;
}
