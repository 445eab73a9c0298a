import type { Destination, ServiceIdentity, TableChange } from '../../protocol/ipvs/table.ts';
import type { Managed, ManagedServer } from './managed.ts';
import type { TableIndex } from './table-index.ts';

/** A real server that routevane removed from the table, with all that adds it again as it was. */
export interface RemovedServer {
  readonly service: ServiceIdentity;
  readonly destination: Destination;
}

/** By entry name. */
export type RemovedServers = ReadonlyMap<string, RemovedServer>;

export type ServerPlan =
  /** Neither the server nor, where routevane removed it, its service is in the table. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'in-sync' }
  | { readonly kind: 'changes'; readonly changes: readonly PlannedChange[] };

export interface PlannedChange {
  readonly entryName: string;
  readonly change: TableChange;
}

/** The changes that give one real server its weight. */
export function planServer(
  server: ManagedServer,
  weight: number | 'removed',
  table: TableIndex,
  removed: RemovedServers,
): ServerPlan {
  const changes: PlannedChange[] = [];
  let isThere = false;
  for (const { serviceName, destinationName, entryName } of server.candidates) {
    const service = table.service(serviceName)?.identity;
    if (service === undefined) continue;
    const found = table.destination(serviceName, destinationName);
    const old = removed.get(entryName)?.destination;
    if (found !== null) {
      isThere = true;
      if (weight === 'removed') {
        changes.push({ entryName, change: { kind: 'remove', service, destination: found } });
      } else if (found.weight !== weight) {
        const destination = { ...found, weight };
        changes.push({ entryName, change: { kind: 'set', service, destination } });
      }
    } else if (old !== undefined && weight !== 'removed') {
      const destination = { ...old, weight };
      changes.push({ entryName, change: { kind: 'add', service, destination } });
    }
  }
  if (changes.length > 0) return { kind: 'changes', changes };
  return isThere || weight === 'removed' ? { kind: 'in-sync' } : { kind: 'missing' };
}

/** What the table lacks of what the configuration names: services by name, real servers by key. */
export function missingFrom(
  managed: Managed,
  table: TableIndex,
  removed: RemovedServers,
): Set<string> {
  const missing = new Set<string>();
  for (const { name, serviceNames, servers } of managed.services) {
    if (serviceNames.every((each) => table.service(each) === null)) missing.add(name);
    for (const { key, candidates } of servers) {
      const isKnown = candidates.some(
        ({ serviceName, destinationName, entryName }) =>
          table.destination(serviceName, destinationName) !== null ||
          // One that routevane removed is not missing as long as its service is there.
          (removed.has(entryName) && table.service(serviceName) !== null),
      );
      if (!isKnown) missing.add(key);
    }
  }
  return missing;
}

/** Active connections of the managed real servers in the table, by key. */
export function activeConnections(managed: Managed, table: TableIndex): Map<string, number> {
  const active = new Map<string, number>();
  for (const { key, candidates } of managed.servers.values()) {
    for (const { serviceName, destinationName } of candidates) {
      const found = table.destination(serviceName, destinationName);
      if (found !== null) active.set(key, (active.get(key) ?? 0) + found.activeConnections);
    }
  }
  return active;
}
