import type { Address } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type { Draft, DraftServer, DraftService, Imported, InputProblem } from './draft.ts';
import { routesOf } from './routes-of.ts';
import { parseRules, type IpvsadmRule } from './ipvs-rules.ts';

/** Behind a firewall mark the table may say port 0, which nobody can probe. */
const GUESSED_PORT = 80;
/** What a configuration can say; the kernel takes more. */
const WEIGHT_MAX = 65_535;

const NO_SERVERS = 'it has no real servers';

interface Found {
  readonly rule: Extract<IpvsadmRule, { kind: 'service' }>;
  /** By address and port, as ipvsadm writes them. */
  readonly servers: Map<string, ServerRule>;
}

type ServerRule = Extract<IpvsadmRule, { kind: 'server' }>;

/** What `ipvsadm -Sn` (or `ipvsadm-save -n`) prints → a configuration. */
export function fromIpvs(text: string): Imported {
  const { rules, problems } = parseRules(text);
  const found = new Map<string, Found>();
  const wrong: InputProblem[] = [...problems];
  for (const rule of rules) {
    const key = rule.name;
    const service = found.get(key);
    if (rule.kind === 'service') {
      if (service === undefined) found.set(key, { rule, servers: new Map() });
      else wrong.push({ ...rule.at, message: `the service ${rule.name} is here twice` });
    } else if (service === undefined) {
      wrong.push({ ...rule.at, message: `no line "-A …" before it adds the service ${rule.name}` });
    } else if (service.servers.has(serverText(rule))) {
      wrong.push({ ...rule.at, message: `the real server ${serverText(rule)} is here twice` });
    } else service.servers.set(serverText(rule), rule);
  }
  if (wrong.length > 0) return { ok: false, problems: wrong };
  return { ok: true, draft: draftOf([...found.values()]) };
}

function draftOf(found: readonly Found[]): Draft {
  const services: DraftService[] = [];
  const notes: string[] = [];
  const vips: { readonly vip: Address; readonly name: string }[] = [];
  const marks = new Set<number>();
  for (const each of found) {
    const why = untranslatable(each, found, marks);
    if (why !== null) {
      notes.push(`${each.rule.name} is left out: ${why}`);
      continue;
    }
    const service = serviceOf(each, found);
    services.push(service);
    if (each.rule.virtual.kind === 'fwmark') {
      marks.add(each.rule.virtual.mark);
      notes.push(`${each.rule.name} has no address of its own: add its routes by hand`);
      continue;
    }
    vips.push({ vip: each.rule.virtual.address, name: service.name });
  }
  return { services, routes: routesOf(vips), notes };
}

function untranslatable(
  { rule, servers }: Found,
  all: readonly Found[],
  marks: ReadonlySet<number>,
): string | null {
  const { virtual } = rule;
  if (virtual.kind === 'fwmark') {
    if (marks.has(virtual.mark)) return 'its real servers are with those of the other family';
    return membersOf(virtual.mark, all).length === 0 ? NO_SERVERS : null;
  }
  if (virtual.port === 0) return 'a service on all ports cannot be named by a port';
  if (virtual.protocol === 'sctp')
    return 'there is no probe for SCTP: give it a check of type exec';
  return servers.size === 0 ? NO_SERVERS : null;
}

/** The mark of IPv4 and that of IPv6 are one service here, and what is in both is one real server. */
function membersOf(mark: number, all: readonly Found[]): readonly ServerRule[] {
  const members = new Map<string, ServerRule>();
  for (const { rule, servers } of all) {
    if (rule.virtual.kind !== 'fwmark' || rule.virtual.mark !== mark) continue;
    for (const server of servers.values()) {
      const { address } = serverOf(server, GUESSED_PORT);
      if (!members.has(address)) members.set(address, server);
    }
  }
  return [...members.values()];
}

function serviceOf({ rule, servers }: Found, all: readonly Found[]): DraftService {
  const { virtual } = rule;
  if (virtual.kind === 'address') {
    const { address, port, protocol } = virtual;
    return {
      name: `${protocol}-${port}-${address.text.replaceAll(':', '-')}`,
      virtual: `${endpointText(address, port)}/${protocol}`,
      check:
        protocol === 'udp'
          ? [
              ['type', 'udp'],
              ['send', ''],
              ['expect', 'none'],
            ]
          : [['type', protocol]],
      keys: [],
      realServers: [...servers.values()].map((each) => serverOf(each, port)),
      notes:
        protocol === 'udp'
          ? [
              'Up unless ICMP says that nobody listens; better: send a question and expect its answer.',
            ]
          : [],
    };
  }
  const members = membersOf(virtual.mark, all);
  const isOff = members.some(({ port }) => port === 0);
  const name = `fwmark-${virtual.mark}`;
  return {
    name,
    virtual: `fwmark ${virtual.mark}`,
    check: [['type', 'tcp']],
    keys: [],
    realServers: members.map((each) => serverOf(each, GUESSED_PORT)),
    isOff,
    notes: isOff
      ? [
          `${name} is off: the table says no port, ${GUESSED_PORT} is a guess, and where nobody listens its weights would go to 0.`,
          `To switch ${name} on, put the port that its servers listen on, and take out "# " before its lines.`,
        ]
      : [],
  };
}

function serverOf({ address, port, weight }: ServerRule, otherwise: number): DraftServer {
  return {
    address: endpointText(address, port === 0 ? otherwise : port),
    weight: weight > WEIGHT_MAX ? null : weight,
    check: [],
    note: noteOf(weight),
  };
}

function noteOf(weight: number): string | null {
  if (weight > WEIGHT_MAX) return `${weight} in the table: it stays what it is there`;
  return weight === 0 ? 'at 0 in the table: it stays out until this says otherwise' : null;
}

function serverText({ address, port }: ServerRule): string {
  return endpointText(address, port);
}
