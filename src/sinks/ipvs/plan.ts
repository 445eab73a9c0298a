import type { Destination, ServiceIdentity, TableChange } from '../../protocol/ipvs/table.ts';
import type { Owned, OwnedServer } from './owned.ts';
import type { TableIndex } from './table-index.ts';

/** A real server that we took out of the table, as it was. */
export interface Taken {
  readonly service: ServiceIdentity;
  readonly destination: Destination;
}

/** By place. */
export type TakenOut = ReadonlyMap<string, Taken>;

export type ServerPlan =
  /** The table has neither it nor, where we took it out, the service to put it back to. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'right' }
  | { readonly kind: 'changes'; readonly changes: readonly PlannedChange[] };

export interface PlannedChange {
  readonly place: string;
  readonly change: TableChange;
}

/** What has to be written so that one real server is as it should be. */
export function planServer(
  server: OwnedServer,
  weight: number | 'removed',
  table: TableIndex,
  taken: TakenOut,
): ServerPlan {
  const changes: PlannedChange[] = [];
  let isThere = false;
  for (const { serviceName, destinationName, place } of server.candidates) {
    const service = table.service(serviceName)?.identity;
    if (service === undefined) continue;
    const found = table.destination(serviceName, destinationName);
    const old = taken.get(place)?.destination;
    if (found !== null) {
      isThere = true;
      if (weight === 'removed') {
        changes.push({ place, change: { kind: 'remove', service, destination: found } });
      } else if (found.weight !== weight) {
        const destination = { ...found, weight };
        changes.push({ place, change: { kind: 'set', service, destination } });
      }
    } else if (old !== undefined && weight !== 'removed') {
      const destination = { ...old, weight };
      changes.push({ place, change: { kind: 'add', service, destination } });
    }
  }
  if (changes.length > 0) return { kind: 'changes', changes };
  return isThere || weight === 'removed' ? { kind: 'right' } : { kind: 'missing' };
}

/** What the table lacks of what the configuration names: services by name, real servers by key. */
export function missingFrom(owned: Owned, table: TableIndex, taken: TakenOut): Set<string> {
  const missing = new Set<string>();
  for (const { name, serviceNames, servers } of owned.services) {
    if (serviceNames.every((each) => table.service(each) === null)) missing.add(name);
    for (const { key, candidates } of servers) {
      const isKnown = candidates.some(
        ({ serviceName, destinationName, place }) =>
          table.destination(serviceName, destinationName) !== null ||
          // Where we took it out it is not missed, as long as it can be put back.
          (taken.has(place) && table.service(serviceName) !== null),
      );
      if (!isKnown) missing.add(key);
    }
  }
  return missing;
}

/** Active connections by real server's key, of those that are there. */
export function activeConnections(owned: Owned, table: TableIndex): Map<string, number> {
  const active = new Map<string, number>();
  for (const { key, candidates } of owned.servers.values()) {
    for (const { serviceName, destinationName } of candidates) {
      const found = table.destination(serviceName, destinationName);
      if (found !== null) active.set(key, (active.get(key) ?? 0) + found.activeConnections);
    }
  }
  return active;
}
