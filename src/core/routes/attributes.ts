import type { DegradeStep, Route, RouteAttributes, RouteIdentity } from '../../model/route.ts';

/** RFC 8326: peers that honour it prefer any other path, before this one goes. */
const GRACEFUL_SHUTDOWN = '65535:0';

/** RFC 4271: the attribute has four octets. */
const MED_MAX = 0xffff_ffff;

/** What identifies the route at ExaBGP, without its rule and its options. */
export function identityOf(route: Route): RouteIdentity {
  const { key, prefix, pathId, neighbor } = route;
  return { key, prefix, pathId, neighbor };
}

/** The attributes of a route at a capacity; `null` where a step withdraws it. */
export function degraded(route: Route, capacityPercent: number): RouteAttributes | null {
  let attributes = route.attributes;
  for (const step of route.degrade) {
    if (capacityPercent >= step.belowPercent) continue;
    if (step.withdraw) return null;
    attributes = applyStep(attributes, step);
  }
  return attributes;
}

function applyStep(attributes: RouteAttributes, step: DegradeStep): RouteAttributes {
  return {
    ...attributes,
    med: stepMed(attributes.med, step),
    communities: append(attributes.communities, step.communities),
  };
}

function stepMed(med: number | null, step: DegradeStep): number | null {
  if (step.med === null) return med;
  const value = step.med.kind === 'set' ? step.med.value : (med ?? 0) + step.med.value;
  return Math.min(Math.max(value, 0), MED_MAX);
}

function append(list: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...list, ...more])];
}

/** The attributes of a route that is announced as going away. */
export function draining(route: Route, current: RouteAttributes): RouteAttributes {
  return {
    ...current,
    med: Math.max(route.drainMed, current.med ?? 0),
    communities: append(current.communities, [GRACEFUL_SHUTDOWN]),
  };
}

/** Whether two announcements would be the same command. */
export function sameAttributes(a: RouteAttributes, b: RouteAttributes): boolean {
  return (
    a === b ||
    (a.nextHop === b.nextHop &&
      a.med === b.med &&
      a.localPreference === b.localPreference &&
      sameList(a.asPath, b.asPath) &&
      sameList(a.communities, b.communities) &&
      sameList(a.largeCommunities, b.largeCommunities) &&
      sameList(a.extendedCommunities, b.extendedCommunities))
  );
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
