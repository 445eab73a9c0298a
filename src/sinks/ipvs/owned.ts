import type { Config } from '../../model/config.ts';
import type { RealServer, Service, Virtual } from '../../model/service.ts';
import type { ServiceIdentity } from '../../protocol/ipvs/table.ts';
import { destinationName, placeName, serviceName } from './names.ts';

/** What of the table the configuration speaks of. Everything else there belongs to others. */
export interface Owned {
  readonly services: readonly OwnedService[];
  /** By real server's key. */
  readonly servers: ReadonlyMap<string, OwnedServer>;
}

export interface OwnedService {
  readonly name: string;
  /** Where it may stand: a firewall mark is a service of IPv4, of IPv6, or both. */
  readonly serviceNames: readonly string[];
  readonly servers: readonly OwnedServer[];
}

export interface OwnedServer {
  readonly key: string;
  readonly configuredWeight: number | null;
  readonly candidates: readonly TableCandidate[];
}

/** Where a real server may be found in the table. */
export interface TableCandidate {
  readonly serviceName: string;
  readonly destinationName: string;
  /** Of the two together. */
  readonly place: string;
}

/** The configuration's services with a virtual, as the kernel names them. */
export function ownedOf(config: Config): Owned {
  const services = config.services.flatMap((service) =>
    service.virtual === null ? [] : [ownedService(service, service.virtual)],
  );
  const servers = services.flatMap((service) => service.servers);
  return { services, servers: new Map(servers.map((server) => [server.key, server])) };
}

function ownedService(service: Service, virtual: Virtual): OwnedService {
  const serviceNames = identitiesOf(virtual).map(serviceName);
  const servers = service.realServers.map((server) => {
    const ports = portsOf(server, service, virtual);
    const candidates = serviceNames.flatMap((name) =>
      ports.map((port) => {
        const destination = destinationName({ address: server.address, port });
        const place = placeName(name, destination);
        return { serviceName: name, destinationName: destination, place };
      }),
    );
    return { key: server.key, configuredWeight: server.weight, candidates };
  });
  return { name: service.name, serviceNames, servers };
}

function identitiesOf(virtual: Virtual): readonly ServiceIdentity[] {
  switch (virtual.kind) {
    case 'address':
      return [virtual];
    case 'fwmark':
      return [
        { ...virtual, family: 4 },
        { ...virtual, family: 6 },
      ];
    default:
      return virtual satisfies never;
  }
}

/** Behind a firewall mark the table may say port 0, "the port it came to", which a probe cannot use. */
function portsOf(server: RealServer, service: Service, virtual: Virtual): readonly number[] {
  if (virtual.kind !== 'fwmark') return [server.port];
  const namesakes = service.realServers.filter(({ address }) => address === server.address);
  return namesakes.length === 1 ? [server.port, 0] : [server.port];
}
