import { withoutControls } from '../../protocol/printable.ts';
import type { RouteAttributes } from '../../model/route.ts';
import type { RouteState } from '../../model/turn.ts';

/** One decision, recorded or replayed, in the form in which the two are compared. */
export interface Decided {
  readonly kind: 'route' | 'weight';
  readonly key: string;
  /** The whole outcome in words: two decisions of one key are the same where these are. */
  readonly to: string;
  readonly state: RouteState | null;
  readonly because: string;
  /** Wall clock, by the journal's start of that process. */
  readonly wallMs: number;
}

export function routeDecided(
  one: {
    readonly route: { readonly key: string };
    readonly to: RouteState;
    readonly attributes: RouteAttributes | null;
    readonly because: string;
  },
  wallMs: number,
): Decided {
  const { to, attributes, because } = one;
  const words = attributes === null ? to : `${to} ${attributeWords(attributes)}`;
  return { kind: 'route', key: one.route.key, to: words, state: to, because, wallMs };
}

export function weightDecided(
  one: {
    readonly server: string;
    readonly to: number | 'removed';
    readonly because: string;
  },
  wallMs: number,
): Decided {
  const { server: key, to, because } = one;
  return { kind: 'weight', key, to: `${to}`, state: null, because, wallMs };
}

/** Every attribute that is set. */
function attributeWords(attributes: RouteAttributes): string {
  const { nextHop, med, localPreference, asPath } = attributes;
  const { communities, largeCommunities, extendedCommunities } = attributes;
  const lists = Object.entries({
    'as-path': asPath,
    community: communities,
    'large-community': largeCommunities,
    'extended-community': extendedCommunities,
  });
  return [
    `next-hop ${nextHop}`,
    ...(med === null ? [] : [`med ${med}`]),
    ...(localPreference === null ? [] : [`local-preference ${localPreference}`]),
    ...lists
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => `${name} ${list.join(',')}`),
  ].join(' ');
}

/** As one line of the output, without a newline; nothing of it may steer the terminal. */
export function decidedLine({ kind, key, to, because, wallMs }: Decided): string {
  const time = new Date(wallMs).toISOString();
  return withoutControls(`${time} ${kind} ${key} ${to}: ${because}`);
}
