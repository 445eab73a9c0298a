import type { Drain } from '../../src/model/drain.ts';
import type {
  DrainView,
  Explanation,
  RealServerView,
  ServiceView,
  View,
} from '../../src/model/view.ts';

/** A core at rest, for tests of what is made of it. */
export function sampleView(drains: ReadonlyMap<string, Drain> = new Map()): View {
  const drainView = (name: string): DrainView | null => {
    const drain = drains.get(name);
    if (drain === undefined) return null;
    return { drain, isDone: false, isOut: false, activeConnections: 3, deadlineMs: 9_000 };
  };
  const server = (address: string): RealServerView => ({
    key: `web/${address}`,
    address,
    state: 'up',
    reason: '',
    sinceMs: 2_000,
    flaps: 1,
    lost: null,
    weight: 100,
    baseWeight: 100,
    isPooled: true,
    isInTable: true,
    activeConnections: 7,
    drain: drainView(`web/${address}`),
  });
  const services = (): readonly ServiceView[] => [
    {
      name: 'web',
      state: 'up',
      reason: '',
      sinceMs: 3_000,
      virtual: { kind: 'address', address: '192.0.2.10', port: 443, protocol: 'tcp' },
      capacityPercent: 100,
      quorum: 2,
      drain: drainView('web'),
      realServers: [server('10.0.1.11:443'), server('10.0.1.12:443')],
    },
  ];
  const route = { key: '192.0.2.10/32', prefix: '192.0.2.10/32', pathId: null, neighbor: null };
  const names = ['node', 'tor-a', 'web', 'web/10.0.1.11:443', 'web/10.0.1.12:443', route.key];
  return {
    atMs: 10_000,
    signals: () => [
      {
        name: 'tor-a',
        type: 'bfd',
        state: 'up',
        reason: '',
        sinceMs: 1_000,
        flaps: 2,
        lost: { sinceMs: 7_000, reason: 'no database', untilMs: 17_000 },
        suppressedUntilMs: null,
      },
    ],
    services,
    routes: () => [
      {
        route,
        state: 'announced',
        attributes: {
          nextHop: 'self',
          med: 100,
          localPreference: null,
          asPath: [],
          communities: [],
          largeCommunities: [],
          extendedCommunities: [],
        },
        because: 'web is up; tor-a is up',
        sinceMs: 4_000,
        drain: drainView(route.key),
      },
    ],
    nodeDrain: () => drainView('node'),
    names: () => names,
    explain: (name) => (names.includes(name) ? sampleExplanation(name) : null),
  };
}

export function sampleExplanation(name: string): Explanation {
  const signal = 'web/10.0.1.11:443';
  return {
    kind: 'route',
    name,
    state: 'announced',
    because: 'web is up',
    sinceMs: 4_000,
    cause: null,
    counters: [],
    drain: null,
    parts: [
      {
        kind: 'real_server',
        name: signal,
        state: 'up',
        because: 'its check succeeds',
        sinceMs: 2_000,
        cause: {
          kind: 'observation',
          observation: { signal, state: 'up', reason: '', atMs: 1_999, latencyMs: 0.4 },
        },
        counters: [{ label: 'rise', value: '2 of 2' }],
        drain: null,
        parts: [],
      },
    ],
  };
}

function manyAddress(index: number): string {
  return `10.${index >> 8}.${index & 255}.1:443`;
}

/** A service of this many real servers. */
export function manyServers(count: number): View {
  const view = sampleView();
  const [web] = view.services();
  const [first] = web?.realServers ?? [];
  if (web === undefined || first === undefined) throw new Error('the sample has a server');
  const realServers = Array.from({ length: count }, (_, index) => ({
    ...first,
    key: `web/${manyAddress(index)}`,
    address: manyAddress(index),
  }));
  return { ...view, services: () => [{ ...web, realServers }] };
}
