import { parseTableEndpoint } from './address.ts';
import type { IpvsInfo } from './replies.ts';
import type { DestinationIdentity, ServiceIdentity, TableService } from './table.ts';

/** What `ipvsadm -Ln` lists of a real server, and `ipvsadm -Sn` does not save. */
export interface ListedCounts {
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}

const protocols = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

/**
 * Reads `ipvsadm -Ln --thresholds`: thresholds and connections by `destinationKey`. Headings
 * and lines that cannot be read are ignored. Never throws.
 */
export function parseListed(text: string): ReadonlyMap<string, ListedCounts> {
  const counts = new Map<string, ListedCounts>();
  let service: ServiceIdentity | null = null;
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[0] !== '->') {
      service = serviceIn(columns);
      continue;
    }
    const [, name = '', ...values] = columns;
    const server = parseTableEndpoint(name);
    const numbers = values.map(Number);
    const [upperThreshold, lowerThreshold, activeConnections, inactiveConnections] = numbers;
    if (service === null || server === null) continue;
    if (upperThreshold === undefined || lowerThreshold === undefined) continue;
    if (activeConnections === undefined || inactiveConnections === undefined) continue;
    if (!numbers.every((value) => Number.isInteger(value))) continue;
    const listed = { upperThreshold, lowerThreshold, activeConnections, inactiveConnections };
    counts.set(destinationKey(service, server), listed);
  }
  return counts;
}

/** Reads the heading of `ipvsadm -Ln`: `IP Virtual Server version 1.2.1 (size=4096)`. */
export function parseHeading(text: string): IpvsInfo | null {
  const match = /^IP Virtual Server version (\d+\.\d+\.\d+) \(size=(\d{1,10})\)/.exec(text);
  const [, version = '', size] = match ?? [];
  return size === undefined ? null : { version, connTabSize: Number(size) };
}

/** Identifies a real server of a service. */
export function destinationKey(
  service: ServiceIdentity,
  { address, port }: DestinationIdentity,
): string {
  const name =
    service.kind === 'fwmark'
      ? [service.mark, service.family]
      : [service.protocol, service.address, service.port];
  return [...name, address, port].join(' ');
}

/** A saved table with the listed counts; a server that was just added and is not listed keeps 0. */
export function withCounts(
  services: readonly TableService[],
  counts: ReadonlyMap<string, ListedCounts>,
): readonly TableService[] {
  return services.map((service) => ({
    ...service,
    destinations: service.destinations.map((destination) => ({
      ...destination,
      ...counts.get(destinationKey(service.identity, destination)),
    })),
  }));
}

/** `TCP  192.0.2.10:443 wrr`, `FWM  7 IPv6 wlc`. */
function serviceIn([kind = '', name = '', family = '']: readonly string[]): ServiceIdentity | null {
  if (kind === 'FWM' && /^\d{1,10}$/.test(name)) {
    return { kind: 'fwmark', mark: Number(name), family: family === 'IPv6' ? 6 : 4 };
  }
  if (kind !== 'TCP' && kind !== 'UDP' && kind !== 'SCTP') return null;
  const endpoint = parseTableEndpoint(name);
  return endpoint === null ? null : { kind: 'address', protocol: protocols[kind], ...endpoint };
}
