import type { DestinationIdentity, ServiceIdentity } from '../../protocol/ipvs/table.ts';

/** A virtual service, `tcp 192.0.2.10:443` or `fwmark 7 (IPv4)`: for messages and as a key. */
export function serviceName(identity: ServiceIdentity): string {
  return identity.kind === 'fwmark'
    ? `fwmark ${identity.mark} (IPv${identity.family})`
    : `${identity.protocol} ${endpoint(identity.address, identity.port)}`;
}

/** A real server of a service, `10.0.1.11:443`. */
export function destinationName({ address, port }: DestinationIdentity): string {
  return endpoint(address, port);
}

/** A real server in the whole table: `tcp 192.0.2.10:443 -> 10.0.1.11:443`. */
export function entryName(service: string, destination: string): string {
  return `${service} -> ${destination}`;
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
