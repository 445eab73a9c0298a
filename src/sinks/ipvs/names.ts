import type { DestinationIdentity, ServiceIdentity } from '../../protocol/ipvs/table.ts';

/** One virtual service, `tcp 192.0.2.10:443` or `fwmark 7 (IPv4)`: a key for maps, and for people. */
export function serviceName(identity: ServiceIdentity): string {
  return identity.kind === 'fwmark'
    ? `fwmark ${identity.mark} (IPv${identity.family})`
    : `${identity.protocol} ${endpoint(identity.address, identity.port)}`;
}

/** One real server within its service, `10.0.1.11:443`. */
export function destinationName({ address, port }: DestinationIdentity): string {
  return endpoint(address, port);
}

/** One real server in the whole table. */
export function placeName(service: string, destination: string): string {
  return `${service} -> ${destination}`;
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
