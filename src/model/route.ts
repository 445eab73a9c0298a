import type { Rule } from './rule.ts';

/** Path attributes of an announcement, all in numbers: nothing here is free text. */
export interface RouteAttributes {
  /** `self`, or a canonical address. */
  readonly nextHop: string;
  readonly med: number | null;
  readonly localPreference: number | null;
  readonly asPath: readonly number[];
  /** `a:b` (RFC 1997). */
  readonly communities: readonly string[];
  /** `a:b:c` (RFC 8092). */
  readonly largeCommunities: readonly string[];
  /** `target:a:b` or `origin:a:b` (RFC 4360). */
  readonly extendedCommunities: readonly string[];
}

/** What names a route at ExaBGP: two routes of one prefix differ in path or neighbor. */
export interface RouteIdentity {
  /** `prefix`, then `#path_id` and `@neighbor` where they are set. */
  readonly key: string;
  /** Canonical, `192.0.2.10/32` or `2001:db8::10/128`. */
  readonly prefix: string;
  readonly pathId: number | null;
  readonly neighbor: string | null;
}

/** One prefix this node may announce, with the rule for when. */
export interface Route extends RouteIdentity {
  readonly when: Rule;
  /** With a ladder, `med` is this node's rung already. */
  readonly attributes: RouteAttributes;
  /** Steps by remaining capacity, highest `belowPercent` first. */
  readonly degrade: readonly DegradeStep[];
  readonly onStop: 'withdraw' | 'keep';
  /** How long the route is announced as going away before it is withdrawn. */
  readonly drainMs: number;
  /** The MED meanwhile: worse than any rung of the ladder, than any usual MED of this route. */
  readonly drainMed: number;
  readonly drainConnections: number | null;
}

/** Applies while the remaining capacity is below `belowPercent`; every step that applies adds up. */
export interface DegradeStep {
  readonly belowPercent: number;
  readonly med: { readonly kind: 'add' | 'set'; readonly value: number } | null;
  readonly communities: readonly string[];
  readonly withdraw: boolean;
}
