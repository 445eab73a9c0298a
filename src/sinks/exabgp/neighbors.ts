import type { NeighborConfig } from '../../protocol/exabgp/neighbor-config.ts';
import type { RouteIdentity } from '../../model/route.ts';
import type { RouteChange } from '../../protocol/exabgp/encode.ts';
import { addressFamily, prefixFamily } from '../../protocol/exabgp/syntax.ts';

interface Neighbor {
  up: boolean;
  /** Whether its UPDATEs are reported to us; `null`: not seen yet. */
  sends: boolean | null;
  /** `ipv4 unicast` and so on; `null`: not known. */
  families: readonly string[] | null;
}

/** What is known about ExaBGP's neighbors. Bounded by its configuration: only addresses it names get in. */
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
      if (families !== null && carries(families, route) && concerns(route, address))
        receivers.push(address);
    return receivers;
  }

  configured(configs: readonly NeighborConfig[], eventsReachUs: boolean): void {
    for (const { address, families, sendEvents } of configs) {
      const neighbor = this.#neighbor(address);
      neighbor.families = families;
      // The configuration may name another process, so `true` has to be seen.
      if (!sendEvents || !eventsReachUs) neighbor.sends = false;
    }
  }

  setUp(address: string, up: boolean): void {
    this.#neighbor(address).up = up;
  }

  sawSend(address: string): void {
    const neighbor = this.#neighbor(address);
    neighbor.sends = true;
    neighbor.up = true;
  }

  reportsSends(address: string): boolean {
    return this.#byAddress.get(address)?.sends === true;
  }

  /** Whose send events a change of this route is to wait for. */
  awaited(route: RouteIdentity): Set<string> {
    const awaited = new Set<string>();
    for (const [address, { up, sends, families }] of this.#byAddress)
      if (up && sends !== false && concerns(route, address) && carries(families, route))
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
      neighbor = { up: false, sends: null, families: null };
      this.#byAddress.set(address, neighbor);
    }
    return neighbor;
  }
}

/** Whether a change of the route reaches that neighbor. */
export function concerns(route: RouteIdentity, address: string): boolean {
  return route.neighbor === null || route.neighbor === address;
}

function carries(families: readonly string[] | null, route: RouteIdentity): boolean {
  return families === null || families.includes(`${prefixFamily(route.prefix)} unicast`);
}
