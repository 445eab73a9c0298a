import type { Config } from '../../model/config.ts';
import type { RealServer, Service, Virtual } from '../../model/service.ts';
import type { ServiceIdentity } from '../../protocol/ipvs/table.ts';
import { destinationName, entryName, serviceName } from './names.ts';

/** The part of the IPVS table that the configuration names. The rest belongs to other programs. */
export interface Managed {
  readonly services: readonly ManagedService[];
  /** By real server's key. */
  readonly servers: ReadonlyMap<string, ManagedServer>;
}

export interface ManagedService {
  readonly name: string;
  /** Its possible names in the table: a firewall mark is a service of IPv4, of IPv6, or both. */
  readonly serviceNames: readonly string[];
  readonly servers: readonly ManagedServer[];
}

export interface ManagedServer {
  readonly key: string;
  readonly configuredWeight: number | null;
  readonly candidates: readonly TableCandidate[];
}

/** An entry of the table that may be this real server. */
export interface TableCandidate {
  readonly serviceName: string;
  readonly destinationName: string;
  /** Of the two together. */
  readonly entryName: string;
}

/** The configuration's services with a `virtual`, by their names in the table. */
export function managedBy(config: Config): Managed {
  const services = config.services.flatMap((service) =>
    service.virtual === null ? [] : [managedService(service, service.virtual)],
  );
  const servers = services.flatMap((service) => service.servers);
  return { services, servers: new Map(servers.map((server) => [server.key, server])) };
}

function managedService(service: Service, virtual: Virtual): ManagedService {
  const serviceNames = identitiesOf(virtual).map(serviceName);
  const servers = service.realServers.map((server) => {
    const ports = portsOf(server, service, virtual);
    const candidates = serviceNames.flatMap((name) =>
      ports.map((port): TableCandidate => {
        const destination = destinationName({ address: server.address, port });
        return {
          serviceName: name,
          destinationName: destination,
          entryName: entryName(name, destination),
        };
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

/** Behind a firewall mark the table may have port 0 (the port of the packet), which cannot be probed. */
function portsOf(server: RealServer, service: Service, virtual: Virtual): readonly number[] {
  if (virtual.kind !== 'fwmark') return [server.port];
  const namesakes = service.realServers.filter(({ address }) => address === server.address);
  return namesakes.length === 1 ? [server.port, 0] : [server.port];
}
