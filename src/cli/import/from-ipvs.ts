import type { Address } from '../../config/parse/address.ts';
import { endpointText } from '../../config/parse/endpoint.ts';
import type { Draft, DraftServer, DraftService, Imported, InputProblem } from './draft.ts';
import { routesOf } from './routes-of.ts';
import { parseRules, type Rule } from './ipvs-rules.ts';

/** Behind a firewall mark the table may say port 0, which nobody can probe. */
const GUESSED_PORT = 80;

interface Found {
  readonly rule: Extract<Rule, { kind: 'service' }>;
  readonly servers: Extract<Rule, { kind: 'server' }>[];
}

/** What `ipvsadm -Sn` (or `ipvsadm-save -n`) prints → a configuration. */
export function fromIpvs(text: string): Imported {
  const { rules, problems } = parseRules(text);
  const found = new Map<string, Found>();
  const wrong: InputProblem[] = [...problems];
  for (const rule of rules) {
    const key = virtualKey(rule);
    const service = found.get(key);
    if (rule.kind === 'service') {
      if (service === undefined) found.set(key, { rule, servers: [] });
      else wrong.push({ ...rule.at, message: `the service ${rule.name} is here twice` });
    } else if (service === undefined) {
      wrong.push({ ...rule.at, message: `no line "-A …" before it adds the service ${rule.name}` });
    } else if (service.servers.some((each) => serverText(each) === serverText(rule))) {
      wrong.push({ ...rule.at, message: `the real server ${serverText(rule)} is here twice` });
    } else service.servers.push(rule);
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
    const why = untranslatable(each, marks);
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

function untranslatable({ rule, servers }: Found, marks: ReadonlySet<number>): string | null {
  const { virtual } = rule;
  if (virtual.kind === 'fwmark') {
    return marks.has(virtual.mark) ? 'its real servers are with those of the other family' : null;
  }
  if (virtual.port === 0) return 'a service on all ports cannot be named by a port';
  if (virtual.protocol === 'sctp')
    return 'there is no probe for SCTP: give it a check of type exec';
  return servers.length === 0 ? 'it has no real servers' : null;
}

function serviceOf({ rule, servers }: Found, all: readonly Found[]): DraftService {
  const { virtual } = rule;
  const notes: string[] = [];
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
      realServers: servers.map((each) => serverOf(each, port)),
      notes:
        protocol === 'udp'
          ? [
              'Up unless ICMP says that nobody listens; better: send a question and expect its answer.',
            ]
          : [],
    };
  }
  // The mark of IPv4 and that of IPv6 are one service here.
  const both = all.filter(
    (each) => each.rule.virtual.kind === 'fwmark' && each.rule.virtual.mark === virtual.mark,
  );
  const members = both.flatMap((each) => each.servers);
  if (members.some(({ port }) => port === 0)) {
    notes.push(`The table says no port: ${GUESSED_PORT} is a guess, for the probes.`);
  }
  return {
    name: `fwmark-${virtual.mark}`,
    virtual: `fwmark ${virtual.mark}`,
    check: [['type', 'tcp']],
    keys: [],
    realServers: members.map((each) => serverOf(each, each.port === 0 ? GUESSED_PORT : each.port)),
    notes,
  };
}

function serverOf(
  { address, port, weight }: Extract<Rule, { kind: 'server' }>,
  otherwise: number,
): DraftServer {
  return {
    address: endpointText(address, port === 0 ? otherwise : port),
    weight,
    check: [],
    note: weight === 0 ? 'at 0 in the table: it stays out until this says otherwise' : null,
  };
}

function serverText({ address, port }: Extract<Rule, { kind: 'server' }>): string {
  return endpointText(address, port);
}

function virtualKey({ name }: Rule): string {
  return name;
}
