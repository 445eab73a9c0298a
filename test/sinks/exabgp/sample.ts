import { emptyConfig } from '../../empty-config.ts';
import type { Config, ExabgpOutput } from '../../../src/model/config.ts';
import type { Route, RouteAttributes } from '../../../src/model/route.ts';
import type { Cause, RouteIntent, Turn } from '../../../src/model/turn.ts';

export const cause: Cause = { kind: 'config', atMs: 0 };

export function attributes(overrides: Partial<RouteAttributes> = {}): RouteAttributes {
  return {
    nextHop: 'self',
    med: null,
    localPreference: null,
    asPath: [],
    communities: [],
    largeCommunities: [],
    extendedCommunities: [],
    ...overrides,
  };
}

export function route(prefix: string, overrides: Partial<Route> = {}): Route {
  const { pathId = null, neighbor = null } = overrides;
  const path = pathId === null ? '' : `#${pathId}`;
  const selector = neighbor === null ? '' : `@${neighbor}`;
  return {
    key: `${prefix}${path}${selector}`,
    prefix,
    pathId,
    neighbor,
    when: { kind: 'name', name: 'x' },
    attributes: attributes(),
    degrade: [],
    onStop: 'withdraw',
    drainMs: 0,
    drainMed: 1000,
    drainConnections: null,
    ...overrides,
  };
}

type Stdio = Extract<ExabgpOutput, { via: 'stdio' }>;
type Pipe = Extract<ExabgpOutput, { via: 'pipe' }>;

/** What differs from the defaults of `via: stdio`; or the pipes. */
export type OutputOverrides = Partial<Stdio> | Pick<Pipe, 'via' | 'inPath' | 'outPath'>;

export function config(
  prefixes: readonly string[],
  overrides: OutputOverrides = {},
  stateDir: string | null = null,
): Config {
  const exabgp: ExabgpOutput = { via: 'stdio', ackTimeoutMs: 2000, window: 64, ...overrides };
  return {
    ...emptyConfig,
    stateDir,
    routes: prefixes.map((prefix) => route(prefix)),
    exabgp,
  };
}

/** An announcement with this MED; `withdrawn`: none. */
export type Wanted = number | null | 'withdrawn';

/** What the core keeps and shows to the sink at each turn. */
export class FakeCore {
  readonly #routes = new Map<string, RouteIntent>();

  turn(wanted: Readonly<Record<string, Wanted>>, why: Cause = cause): Turn {
    for (const [prefix, value] of Object.entries(wanted)) {
      const identity = route(prefix);
      this.#routes.set(
        prefix,
        value === 'withdrawn'
          ? { kind: 'withdraw', route: identity, cause: why }
          : {
              kind: 'announce',
              route: identity,
              attributes: attributes({ med: value }),
              cause: why,
            },
      );
    }
    const intents = {
      routes: this.#routes,
      changed: Object.keys(wanted),
      weights: new Map(),
      changedWeights: [],
      watched: new Set<string>(),
      shares: { percentOf: () => null },
    };
    return { atMs: 0, changes: [], decisions: [], weightDecisions: [], notices: [], intents };
  }
}

/** `count` host routes that the lab's BIRD accepts. */
export function manyPrefixes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `10.64.${i >> 8}.${i & 255}/32`);
}

export function wantAll(prefixes: readonly string[], value: Wanted): Record<string, Wanted> {
  return Object.fromEntries(prefixes.map((prefix) => [prefix, value]));
}
