import type { NeighborConfig } from '../../protocol/exabgp/neighbor-config.ts';
import type { RouteIdentity } from '../../model/route.ts';
import type { RouteChange } from '../../protocol/exabgp/encode.ts';
import { addressFamily, prefixFamily } from '../../protocol/exabgp/syntax.ts';

interface Neighbor {
  isUp: boolean;
  /** Whether ExaBGP reports the UPDATEs it sends to it; `null`: none was seen yet. */
  doesReportUpdates: boolean | null;
  /** `ipv4 unicast` and so on; `null`: not known. */
  families: readonly string[] | null;
}

/** What is known about ExaBGP's neighbors. Bounded: only addresses of its configuration are kept. */
export class Neighbors {
  readonly #byAddress = new Map<string, Neighbor>();

  clear(): void {
    this.#byAddress.clear();
  }

  knows(address: string): boolean {
    return this.#byAddress.has(address);
  }

  /** Neighbors that ExaBGP sends this route to, as far as its configuration is known. */
  receivers(route: RouteIdentity): readonly string[] {
    const receivers: string[] = [];
    for (const [address, { families }] of this.#byAddress)
      if (families !== null && hasFamilyOf(families, route) && reachesNeighbor(route, address))
        receivers.push(address);
    return receivers;
  }

  configure(configs: readonly NeighborConfig[], doEventsReachUs: boolean): void {
    for (const { address, families, hasSendEvents } of configs) {
      const neighbor = this.#neighbor(address);
      neighbor.families = families;
      // The configuration may name another process, so only an event proves `true`.
      if (!hasSendEvents || !doEventsReachUs) neighbor.doesReportUpdates = false;
    }
  }

  setUp(address: string, isUp: boolean): void {
    this.#neighbor(address).isUp = isUp;
  }

  sawUpdate(address: string): void {
    const neighbor = this.#neighbor(address);
    neighbor.doesReportUpdates = true;
    neighbor.isUp = true;
  }

  doesReportUpdates(address: string): boolean {
    return this.#byAddress.get(address)?.doesReportUpdates === true;
  }

  /** The neighbors whose send events a change of this route waits for. */
  awaited(route: RouteIdentity): Set<string> {
    const awaited = new Set<string>();
    for (const [address, { isUp, doesReportUpdates, families }] of this.#byAddress)
      if (
        isUp &&
        doesReportUpdates !== false &&
        reachesNeighbor(route, address) &&
        hasFamilyOf(families, route)
      )
        awaited.add(address);
    return awaited;
  }

  /**
   * Why a change must not be made; `null` if it may. As a next hop, `self` is the
   * session's own address. In a prefix of the other family it makes ExaBGP 4.2.21
   * write an UPDATE that tears the session down, again at each reconnection: all
   * routes of that neighbor would be lost.
   */
  refusal({ route, attributes, nextHop }: RouteChange): string | null {
    if (attributes === null || nextHop !== 'self') return null;
    const family = prefixFamily(route.prefix);
    const address = this.receivers(route).find((each) => addressFamily(each) !== family);
    if (address === undefined) return null;
    return `next-hop self would tear down the session with ${address}: set next_hop to an address of the prefix's family`;
  }

  #neighbor(address: string): Neighbor {
    let neighbor = this.#byAddress.get(address);
    if (neighbor === undefined) {
      neighbor = { isUp: false, doesReportUpdates: null, families: null };
      this.#byAddress.set(address, neighbor);
    }
    return neighbor;
  }
}

/** Whether a change of the route reaches that neighbor. */
export function reachesNeighbor(route: RouteIdentity, address: string): boolean {
  return route.neighbor === null || route.neighbor === address;
}

function hasFamilyOf(families: readonly string[] | null, route: RouteIdentity): boolean {
  return families === null || families.includes(`${prefixFamily(route.prefix)} unicast`);
}
