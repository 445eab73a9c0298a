import type { RouteAttributes } from '../../model/route.ts';

/** One route as ExaBGP holds it for one neighbor, from `show adj-rib out extensive`. */
export interface RibRoute {
  readonly neighbor: string;
  /** ExaBGP's own address in the session: 5.x prints it where `self` was announced. */
  readonly localAddress: string | null;
  readonly prefix: string;
  readonly pathId: number | null;
  /** `null`: the line has the short form, or an attribute that we never announce. */
  readonly attributes: RouteAttributes | null;
  readonly nextHop: string;
}

/** One route of an UPDATE that ExaBGP reports as sent. */
export interface SentRoute {
  readonly prefix: string;
  /** `null` where add-path is not negotiated, whatever was announced. */
  readonly pathId: number | null;
}

/** The attributes of an UPDATE that are compared with the announced ones; others depend on the session. */
export interface SentAttributes {
  readonly med: number | null;
  /** `a:b`, sorted. */
  readonly communities: readonly string[];
}

/** One line from ExaBGP, decoded. */
export type ExabgpReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'error' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'summary-header' }
  | { readonly kind: 'summary-row'; readonly neighbor: string }
  | { readonly kind: 'route'; readonly route: RibRoute }
  | {
      readonly kind: 'state';
      readonly neighbor: string;
      readonly state: 'connected' | 'up' | 'down';
      readonly reason: string;
    }
  /** An UPDATE went out, in true order. Both lists are empty for an End-of-RIB. */
  | {
      readonly kind: 'update-sent';
      readonly neighbor: string;
      readonly attributes: SentAttributes;
      readonly announced: readonly SentRoute[];
      readonly withdrawn: readonly SentRoute[];
    }
  | { readonly kind: 'shutdown' }
  /** An event that does not concern us: a received UPDATE, a keepalive, a blank line. */
  | { readonly kind: 'other' }
  /** Printable, but no reply or event: a line of `show neighbor configuration`, or garbage. */
  | { readonly kind: 'text'; readonly text: string }
  /** Binary, too long, or broken JSON. */
  | { readonly kind: 'garbage' };
