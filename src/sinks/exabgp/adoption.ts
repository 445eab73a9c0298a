import type { RouteIdentity } from '../../model/route.ts';
import type { RibRoute } from '../../protocol/exabgp/reply.ts';
import { ABSENT, ribFingerprints } from './fingerprint.ts';

/** One of our routes as it was found at ExaBGP. */
export interface FoundRoute {
  readonly route: RouteIdentity;
  readonly nextHop: string;
  /** What it satisfies; `null`: not the same at all neighbors, so it has to be sent. */
  readonly fingerprints: readonly string[] | null;
}

export interface Adoption {
  readonly ours: ReadonlyMap<string, FoundRoute>;
  /** Announced by somebody else, and none of our business. */
  readonly foreign: readonly RibRoute[];
}

/**
 * Sorts what ExaBGP holds into ours and others'.
 *
 * @param isOurs whether a key is configured, or was announced by us before.
 * @param receivers neighbors that a route should be at; empty where it is not known.
 */
export function sortRoutes(
  routes: readonly RibRoute[],
  isOurs: (key: string) => boolean,
  receivers: (route: RouteIdentity) => readonly string[],
): Adoption {
  const foreign: RibRoute[] = [];
  const ours = new Map<string, RibRoute[]>();
  const identities = new Map<string, RouteIdentity>();
  for (const route of routes) {
    const identity = candidates(route).find(({ key }) => isOurs(key));
    if (identity === undefined) {
      foreign.push(route);
      continue;
    }
    identities.set(identity.key, identity);
    const places = ours.get(identity.key);
    if (places === undefined) ours.set(identity.key, [route]);
    else places.push(route);
  }
  const found = new Map<string, FoundRoute>();
  for (const [key, route] of identities) {
    const places = ours.get(key) ?? [];
    const nextHop = places[0]?.nextHop ?? 'self';
    found.set(key, { route, nextHop, fingerprints: commonPrints(places, receivers(route)) });
  }
  return { ours: found, foreign };
}

/** The keys a route at ExaBGP may have with us, the most specific first. */
function candidates({ prefix, pathId, neighbor }: RibRoute): readonly RouteIdentity[] {
  const identity = (path: number | null, selector: string | null): RouteIdentity => ({
    key: `${prefix}${path === null ? '' : `#${path}`}${selector === null ? '' : `@${selector}`}`,
    prefix,
    pathId: path,
    neighbor: selector,
  });
  const exact = [identity(pathId, neighbor), identity(pathId, null)];
  // ExaBGP does not print a path id of 0.
  return pathId === null ? [...exact, identity(0, neighbor), identity(0, null)] : exact;
}

function commonPrints(
  places: readonly RibRoute[],
  receivers: readonly string[],
): readonly string[] | null {
  if (receivers.some((address) => !places.some(({ neighbor }) => neighbor === address)))
    return null;
  const [first, ...rest] = places;
  if (first === undefined) return [ABSENT];
  const fingerprints = ribFingerprints(first).filter((fingerprint) =>
    rest.every((place) => ribFingerprints(place).includes(fingerprint)),
  );
  return fingerprints.length === 0 ? null : fingerprints;
}
