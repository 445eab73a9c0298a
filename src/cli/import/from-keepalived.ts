import { type Address, parseAddress } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type {
  DraftKeys,
  DraftServer,
  DraftService,
  Imported,
  InputProblem,
  Note,
} from './draft.ts';
import { checkOf, type Check } from './keepalived-check.ts';
import { find, parseTree, unread, valueOf, type Statement, type Word } from './keepalived-tree.ts';
import { routesOf } from './routes-of.ts';

const WEIGHT_MAX = 65_535;

/** Blocks whose work routes do here, or that have no counterpart. */
const left: Readonly<Record<string, string>> = {
  vrrp_instance: 'the routes below take its place',
  vrrp_sync_group: 'routes go together by the rules in their "when"',
  vrrp_script: 'a signal of type exec does the same',
  vrrp_track_process: 'a signal of type exec does the same',
  vrrp_track_file: 'a signal of type exec or plugin does the same',
  bfd_instance: 'a signal of type bfd watches a session of Open vSwitch',
  include: 'import that file, too',
};

/** Set in the IPVS table by whoever made it: they stay as they are there. */
const ofTheTable = new Set([
  'lb_algo',
  'lvs_sched',
  'lb_kind',
  'lvs_method',
  'persistence_timeout',
  'persistence_granularity',
  'persistence_engine',
  'ops',
  'uthreshold',
  'lthreshold',
]);

/** How to do here what has no key of its own. */
const hints: Readonly<Record<string, string>> = {
  quorum_up:
    'a route with this service in its "when" announces the VIP; the address itself must be on the node',
  quorum_down: 'a route with this service in its "when" withdraws the VIP',
  notify_up: 'nothing runs a command here: the log and the stream say it',
  notify_down: 'nothing runs a command here: the log and the stream say it',
};

type Virtual =
  | { readonly kind: 'address'; readonly address: Address; readonly port: number }
  | { readonly kind: 'fwmark'; readonly mark: number };

interface Made {
  readonly service: DraftService;
  readonly vip: Address | null;
}

/** Something that cannot be read: its place is the word's. */
class Bad extends Error {
  readonly word: Word;

  constructor(word: Word, message: string) {
    super(message);
    this.word = word;
  }
}

/** keepalived's configuration → ours: virtual servers, real servers, checks, quorums. */
export function fromKeepalived(text: string): Imported {
  const tree = parseTree(text);
  if (!Array.isArray(tree)) return { ok: false, problems: [tree] };
  const problems: InputProblem[] = [];
  const notes: Note[] = [
    'Before dry_run is set to false, take the checks out of the real_server blocks of keepalived and reload it: ' +
      'two would take turns at the weights. Stopping keepalived, or --vrrp, would empty the table.',
    'Scheduler, forwarding method, persistence and thresholds stay as they are in the IPVS table.',
  ];
  const made: Made[] = [];
  for (const statement of tree) {
    const { words } = statement;
    const name = words[0]?.text ?? '';
    const why = Object.hasOwn(left, name) ? left[name] : undefined;
    if (name !== 'virtual_server') {
      // A group is read where it is named.
      if (name !== 'virtual_server_group') notes.push(leftOut(statement, why));
      continue;
    }
    statement.isRead = true;
    try {
      for (const each of servicesOf(statement, tree, notes)) {
        if (!made.some(({ service }) => service.name === each.service.name)) made.push(each);
        else notes.push(`${textOf(words)} is here twice: the first counts`);
      }
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      const { line, column } = error.word;
      problems.push({ line, column, message: error.message });
    }
  }
  if (made.length === 0 && problems.length > 0) return { ok: false, problems };
  for (const { line, message } of problems) {
    notes.push({ line, text: `its virtual_server is left out: ${message}` });
  }
  const services = made.map(({ service }) => service);
  const vips = made.flatMap(({ vip, service }) =>
    vip === null ? [] : [{ vip, name: service.name }],
  );
  return { ok: true, draft: { services, routes: routesOf(vips), notes } };
}

function textOf(words: readonly Word[]): string {
  return words.map((word) => word.text).join(' ');
}

function servicesOf(statement: Statement, tree: readonly Statement[], notes: Note[]): Made[] {
  const { words, block } = statement;
  const title = textOf(words);
  const protocol = (valueOf(block, 'protocol') ?? 'TCP').toLowerCase();
  const all = block.filter((each) => each.words[0]?.text === 'real_server');
  for (const each of all) each.isRead = true;
  const servers = all.filter(
    (each, at) => all.findIndex((other) => textOf(other.words) === textOf(each.words)) === at,
  );
  if (protocol !== 'tcp' && protocol !== 'udp') {
    notes.push(`${title} is left out: there is no probe for ${protocol}`);
    return [];
  }
  if (servers.length === 0) {
    notes.push(`${title} is left out: it has no real servers`);
    return [];
  }
  const services = virtualsOf(statement, tree, notes).map((virtual) =>
    serviceOf(virtual, protocol, block, servers),
  );
  // Of several with one block the first has what all of them lack.
  const lacks = unread(block).filter(({ words: [word] }) => !ofTheTable.has(word?.text ?? ''));
  const [first, ...others] = services;
  if (first === undefined) return [];
  const service = {
    ...first.service,
    notes: [...first.service.notes, ...lacks.map((each) => leftOut(each))],
  };
  return [{ ...first, service }, ...others];
}

/** What stands there, where, and what does it here instead. */
function leftOut({ words, block }: Statement, why?: string): Note {
  const [first = noWord] = words;
  const hint = why ?? (Object.hasOwn(hints, first.text) ? hints[first.text] : undefined);
  const text = `${textOf(words)}${block.length > 0 ? ' { … }' : ''}`;
  return { line: first.line, text: `${text}: left out${hint === undefined ? '' : `, ${hint}`}` };
}

/** One, or as many as the named group has. */
function virtualsOf({ words }: Statement, tree: readonly Statement[], notes: Note[]): Virtual[] {
  const [first, second, third] = words;
  if (second === undefined)
    throw new Bad(first ?? noWord, 'expected ADDRESS PORT, fwmark N or group NAME');
  if (second.text !== 'group') return [virtualOf(second, third)];
  const group = tree.find(
    (each) => each.words[0]?.text === 'virtual_server_group' && each.words[1]?.text === third?.text,
  );
  if (group === undefined)
    throw new Bad(third ?? second, 'there is no virtual_server_group of this name');
  return group.block.flatMap(({ words: [address = noWord, port] }) => {
    if (!address.text.includes('-')) return [virtualOf(address, port)];
    notes.push(`virtual_server_group ${third?.text ?? ''}: the range ${address.text} is left out`);
    return [];
  });
}

const noWord: Word = { text: '', line: 1, column: 1 };

function virtualOf(word: Word, next: Word | undefined): Virtual {
  if (word.text !== 'fwmark') return { kind: 'address', ...endpointOf(word, next, null) };
  const mark = Number(next?.text ?? Number.NaN);
  if (!Number.isInteger(mark) || mark < 1 || mark >= 2 ** 32) {
    throw new Bad(next ?? word, 'expected a firewall mark, a number from 1 on');
  }
  return { kind: 'fwmark', mark };
}

function endpointOf(
  word: Word,
  portWord: Word | undefined,
  otherwise: number | null,
): { readonly address: Address; readonly port: number } {
  const address = parseAddress(word.text);
  if (!address.ok) throw new Bad(word, address.message);
  const port = portWord === undefined ? otherwise : Number(portWord.text);
  if (port === null || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Bad(portWord ?? word, 'expected a port from 1 to 65535');
  }
  return { address: address.value, port };
}

function serviceOf(
  virtual: Virtual,
  protocol: 'tcp' | 'udp',
  block: readonly Statement[],
  servers: readonly Statement[],
): Made {
  const isAddress = virtual.kind === 'address';
  const name = isAddress
    ? `${protocol}-${virtual.port}-${virtual.address.text.replaceAll(':', '-')}`
    : `fwmark-${virtual.mark}`;
  const checks = servers.map((server) =>
    checkOf(`${name}/${server.words[1]?.text ?? ''}`, server.block, block, protocol),
  );
  const shared = sharedCheck(checks);
  const notes = checks.flatMap((check) => check.notes);
  if (find(block, 'sorry_server') !== undefined) notes.push(`${name}: sorry_server is left out`);
  const modes = ['alpha', 'omega'].filter((mode) => find(block, mode) !== undefined);
  if (modes.length > 0) {
    notes.push(`${name}: alpha and omega are left out: nothing is said before it is known`);
  }
  const port = isAddress ? virtual.port : null;
  const service: DraftService = {
    name,
    virtual: isAddress
      ? `${endpointText(virtual.address, virtual.port)}/${protocol}`
      : `fwmark ${virtual.mark}`,
    check: shared ?? [],
    keys: serviceKeys(block, servers),
    realServers: servers.map((server, at) =>
      serverOf(server, port, shared === null ? (checks[at]?.keys ?? []) : []),
    ),
    notes,
  };
  return { service, vip: isAddress ? virtual.address : null };
}

/** `null`: they are not all alike. */
function sharedCheck(checks: readonly Check[]): DraftKeys | null {
  const [first] = checks;
  const same = JSON.stringify(first?.keys);
  return first !== undefined && checks.every(({ keys }) => JSON.stringify(keys) === same)
    ? first.keys
    : null;
}

function serviceKeys(block: readonly Statement[], servers: readonly Statement[]): DraftKeys {
  const isInhibited =
    [block, ...servers.map((server) => server.block)].filter(
      (each) => find(each, 'inhibit_on_failure') !== undefined,
    ).length > 0;
  const quorum = Number(valueOf(block, 'quorum') ?? 1);
  const hysteresis = Number(valueOf(block, 'hysteresis') ?? 0);
  return [
    ...(quorum > 1 ? [['quorum', quorum] as const] : []),
    ...(hysteresis > 0 ? [['hysteresis', hysteresis] as const] : []),
    // As keepalived does without inhibit_on_failure.
    ['on_down', isInhibited ? 'quiesce' : 'remove'],
  ];
}

function serverOf({ words, block }: Statement, port: number | null, check: DraftKeys): DraftServer {
  const [first = noWord, address, portWord] = words;
  if (address === undefined) throw new Bad(first, 'expected real_server ADDRESS PORT');
  // Behind a firewall mark a port is none, or 0: what is checked is named, then.
  const isPortless = port === null && (portWord === undefined || portWord.text === '0');
  const checkPort = block.map((each) => find(each.block, 'connect_port')?.words[1]).find(Boolean);
  const endpoint = endpointOf(address, isPortless ? checkPort : portWord, port);
  const weightWord = find(block, 'weight')?.words[1];
  const weight = Number(weightWord?.text ?? 1);
  if (!Number.isInteger(weight) || weight < 0 || weight > WEIGHT_MAX) {
    throw new Bad(weightWord ?? first, `expected a weight from 0 to ${WEIGHT_MAX}`);
  }
  return { address: endpointText(endpoint.address, endpoint.port), weight, check, note: null };
}
