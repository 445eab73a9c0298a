import { parseTableEndpoint } from './address.ts';
import { FORWARDING, SERVICE_FLAG, TUNNEL, TUNNEL_FLAG } from './constants.ts';
import type { Destination, ServiceIdentity, TableService } from './table.ts';

/** What `ipvsadm -Sn` printed: the table, and the lines that could not be read. */
export interface Saved {
  /** Thresholds and connections are 0: ipvsadm does not save them. */
  readonly services: readonly TableService[];
  readonly problems: readonly SavedProblem[];
}

export interface SavedProblem {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** Problems that are reported; the rest is left out. */
const PROBLEMS_MAX = 20;

/** Reads the output of `ipvsadm -Sn`: one service (-A) or real server (-a) a line. Never throws. */
export function parseSaved(text: string): Saved {
  const services = new Map<string, TableService & { readonly destinations: Destination[] }>();
  const problems: SavedProblem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const args = line.trim().split(/\s+/);
    if (line.trim() === '' || line.startsWith('#')) continue;
    const reason = readLine(args, services);
    if (reason !== null && problems.length < PROBLEMS_MAX) {
      problems.push({ line: index + 1, reason });
    }
  }
  return { services: [...services.values()], problems };
}

/** `null`, or why the line cannot be read. */
function readLine(
  args: readonly string[],
  services: Map<string, TableService & { readonly destinations: Destination[] }>,
): string | null {
  const [command, ...rest] = args;
  const options = optionsOf(rest);
  const identity = identityOf(options);
  if (identity === null) return 'names no service by number: expected -t, -u, --sctp-service or -f';
  const key = JSON.stringify(identity);
  if (command === '-A') {
    services.set(key, { ...serviceOf(identity, options), destinations: [] });
    return null;
  }
  if (command !== '-a') return 'begins neither with -A nor with -a';
  const service = services.get(key);
  if (service === undefined) return 'names a service that no line before it adds';
  const destination = destinationOf(options);
  if (destination === null) return 'names no real server by number, or a value is not a number';
  service.destinations.push(destination);
  return null;
}

/** Each option with its value, '' without one; unknown options are ignored. */
function optionsOf(args: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [index, arg] of args.entries()) {
    if (!arg.startsWith('-')) continue;
    const next = args[index + 1];
    options.set(arg, next === undefined || next.startsWith('-') ? '' : next);
  }
  return options;
}

function identityOf(options: ReadonlyMap<string, string>): ServiceIdentity | null {
  const mark = wholeNumber(options.get('-f'));
  if (mark !== null && mark > 0) {
    return { kind: 'fwmark', mark, family: options.has('-6') ? 6 : 4 };
  }
  for (const [option, protocol] of protocols) {
    const endpoint = parseTableEndpoint(options.get(option) ?? '');
    if (endpoint !== null) return { kind: 'address', protocol, ...endpoint };
  }
  return null;
}

const protocols = [
  ['-t', 'tcp'],
  ['-u', 'udp'],
  ['--sctp-service', 'sctp'],
] as const;

const schedulerFlags: Readonly<Record<string, number>> = {
  'flag-1': SERVICE_FLAG.SCHEDULER_1,
  'flag-2': SERVICE_FLAG.SCHEDULER_2,
  'flag-3': SERVICE_FLAG.SCHEDULER_3,
  'sh-fallback': SERVICE_FLAG.SCHEDULER_1,
  'sh-port': SERVICE_FLAG.SCHEDULER_2,
  'mh-fallback': SERVICE_FLAG.SCHEDULER_1,
  'mh-port': SERVICE_FLAG.SCHEDULER_2,
};

function serviceOf(
  identity: ServiceIdentity,
  options: ReadonlyMap<string, string>,
): Omit<TableService, 'destinations'> {
  const names = (options.get('-b') ?? '').split(',');
  const persistent = options.has('-p') ? SERVICE_FLAG.PERSISTENT : 0;
  const onePacket = options.has('-o') ? SERVICE_FLAG.ONE_PACKET : 0;
  return {
    identity,
    scheduler: options.get('-s') ?? '',
    flags: names.reduce(
      (flags, name) => flags | (schedulerFlags[name] ?? 0),
      persistent | onePacket,
    ),
    persistenceTimeoutS: wholeNumber(options.get('-p')) ?? 0,
  };
}

function destinationOf(options: ReadonlyMap<string, string>): Destination | null {
  const endpoint = parseTableEndpoint(options.get('-r') ?? '');
  const weight = wholeNumber(options.get('-w') ?? '1');
  if (endpoint === null || weight === null) return null;
  return {
    ...endpoint,
    forwarding: forwardingOf(options),
    weight,
    upperThreshold: wholeNumber(options.get('-x')) ?? 0,
    lowerThreshold: wholeNumber(options.get('-y')) ?? 0,
    tunnel: {
      type: tunnelTypes[options.get('--tun-type') ?? 'ipip'] ?? TUNNEL.ipip,
      port: wholeNumber(options.get('--tun-port')) ?? 0,
      flags:
        (options.has('--tun-csum') ? TUNNEL_FLAG.csum : 0) |
        (options.has('--tun-remcsum') ? TUNNEL_FLAG.remcsum : 0),
    },
    activeConnections: 0,
    inactiveConnections: 0,
  };
}

const tunnelTypes: Readonly<Record<string, number>> = TUNNEL;

function forwardingOf(options: ReadonlyMap<string, string>): number {
  if (options.has('-m')) return FORWARDING.masquerading;
  return options.has('-i') ? FORWARDING.tunnel : FORWARDING.direct;
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
