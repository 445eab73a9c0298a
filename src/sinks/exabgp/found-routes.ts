import type { RouteIdentity } from '../../model/route.ts';
import type { RibRoute } from '../../protocol/exabgp/reply.ts';
import { ribFingerprints } from './fingerprint.ts';

/** One of our routes as ExaBGP holds it. */
export interface FoundRoute {
  readonly route: RouteIdentity;
  readonly nextHop: string;
  /** Fingerprints it matches; `null`: it is not the same at all neighbors, so it has to be sent. */
  readonly fingerprints: readonly string[] | null;
}

export interface FoundRoutes {
  readonly ours: ReadonlyMap<string, FoundRoute>;
  /** Announced by another program. */
  readonly foreign: readonly RibRoute[];
}

/**
 * Splits the routes that ExaBGP holds into ours and those of other programs.
 *
 * @param isOurs whether a key is configured, or was announced by us before.
 * @param receivers neighbors that a route should be at; empty where it is not known.
 */
export function splitFoundRoutes(
  routes: readonly RibRoute[],
  isOurs: (key: string) => boolean,
  receivers: (route: RouteIdentity) => readonly string[],
): FoundRoutes {
  const foreign: RibRoute[] = [];
  const groups = new Map<string, Group>();
  for (const route of routes) {
    const identity = identities(route).find(({ key }) => isOurs(key));
    if (identity === undefined) {
      foreign.push(route);
      continue;
    }
    const group = groups.get(identity.key);
    if (group === undefined) groups.set(identity.key, { route: identity, first: route, rest: [] });
    else group.rest.push(route);
  }
  const ours = new Map<string, FoundRoute>();
  for (const [key, group] of groups) {
    const { route, first } = group;
    const fingerprints = commonFingerprints(group, receivers(route));
    ours.set(key, { route, nextHop: first.nextHop, fingerprints });
  }
  return { ours, foreign };
}

/** One route at all neighbors that have it. */
interface Group {
  readonly route: RouteIdentity;
  readonly first: RibRoute;
  readonly rest: RibRoute[];
}

/** The identities that a route at ExaBGP may have in our configuration, the most specific first. */
function identities({ prefix, pathId, neighbor }: RibRoute): readonly RouteIdentity[] {
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

function commonFingerprints(
  { first, rest }: Group,
  receivers: readonly string[],
): readonly string[] | null {
  const holders = new Set([first, ...rest].map(({ neighbor }) => neighbor));
  if (receivers.some((address) => !holders.has(address))) return null;
  const others = rest.map((route) => ribFingerprints(route));
  const fingerprints = ribFingerprints(first).filter((fingerprint) =>
    others.every((other) => other.includes(fingerprint)),
  );
  return fingerprints.length === 0 ? null : fingerprints;
}
