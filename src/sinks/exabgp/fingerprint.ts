import type { RouteAttributes } from '../../model/route.ts';
import type { RibRoute } from '../../protocol/exabgp/reply.ts';

/** Stands for "not announced" where a fingerprint of attributes is kept. */
export const ABSENT = '';

/** What attributes are compared by: equal fingerprints are equal at the peer. */
export function fingerprintOf(attributes: RouteAttributes): string {
  const { nextHop, med, localPreference, asPath } = attributes;
  return [
    nextHop,
    med ?? '-',
    localPreference ?? '-',
    asPath.join(' '),
    sorted(attributes.communities),
    sorted(attributes.largeCommunities),
    sorted(attributes.extendedCommunities),
  ].join('|');
}

/**
 * The fingerprints that a route found at ExaBGP matches: 4.x prints `self` where `self`
 * was announced, 5.x the address it stands for, so both are returned.
 */
export function ribFingerprints(route: RibRoute): readonly string[] {
  const { attributes, localAddress, nextHop } = route;
  if (attributes === null) return [];
  const fingerprint = fingerprintOf(attributes);
  if (localAddress === null) return [fingerprint];
  if (nextHop === 'self')
    return [fingerprint, fingerprintOf({ ...attributes, nextHop: localAddress })];
  if (nextHop === localAddress)
    return [fingerprint, fingerprintOf({ ...attributes, nextHop: 'self' })];
  return [fingerprint];
}

/** Communities are a set: ExaBGP prints them in its own order. */
function sorted(values: readonly string[]): string {
  return [...new Set(values)].toSorted().join(' ');
}
