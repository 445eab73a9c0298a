import type { Config } from '../../src/model/config.ts';
import type { Drain } from '../../src/model/drain.ts';
import type { DrainView, RealServerView, View } from '../../src/model/view.ts';
import { config, route, server, service, signal } from '../core/fixtures.ts';

const drain: Drain = { name: 'web/b', reason: 'disk', owner: 'ann', untilMs: null, sinceMs: 0 };
const drained: DrainView = {
  drain,
  isDone: false,
  isOut: false,
  activeConnections: 3,
  deadlineMs: null,
};

function serverView(
  address: string,
  weight: RealServerView['weight'],
  one: DrainView | null = null,
): RealServerView {
  return {
    key: `web/${address}`,
    address,
    state: 'up',
    reason: '',
    sinceMs: 0,
    flaps: 0,
    lost: null,
    weight,
    baseWeight: 100,
    isPooled: true,
    isInTable: true,
    activeConnections: null,
    drain: one,
  };
}

/** A small core, or one with that many real servers. */
export function viewOf(servers = 0): View {
  const many = Array.from({ length: servers }, (_, n) =>
    serverView(`10.1.${n >> 8}.${n & 255}:80`, n),
  );
  const few = [
    serverView('a', 100),
    serverView('b', 0, drained),
    serverView('c', 'removed'),
    serverView('d', null),
  ];
  const attributes = null;
  const routeOf = (key: string, state: 'announced' | 'withdrawn' | 'held' | 'pending') => ({
    route: { key, prefix: key.split('#')[0] ?? '', pathId: null, neighbor: null },
    state,
    attributes,
    because: '',
    sinceMs: 0,
    drain: null,
  });
  return {
    atMs: 1000,
    signals: () => [
      signalView('tor-a', 'up'),
      signalView('odd"name\\', 'down'),
      signalView('never', 'unknown'),
    ],
    services: () => [
      {
        name: 'web',
        state: 'up',
        reason: '',
        sinceMs: 0,
        virtual: null,
        capacityPercent: 75,
        quorum: 1,
        drain: null,
        realServers: servers === 0 ? few : many,
      },
    ],
    routes: () => [
      routeOf('192.0.2.1/32#1', 'withdrawn'),
      routeOf('192.0.2.1/32#2', 'announced'),
      routeOf('192.0.2.2/32', 'held'),
      routeOf('192.0.2.3/32', 'pending'),
    ],
    nodeDrain: () => null,
    names: () => [],
    explain: () => null,
  };
}

function signalView(name: string, state: 'up' | 'down' | 'unknown') {
  const [reason, sinceMs, suppressedUntilMs] = ['', 0, null];
  const lost = name === 'never' ? { sinceMs: 0, reason: 'gone', untilMs: 9 } : null;
  return { name, type: 'bfd', state, reason, sinceMs, flaps: 2, lost, suppressedUntilMs };
}

export const rules: Config = config({
  signals: [signal('tor-a')],
  services: [service('web', [server('web/a'), server('web/b')])],
  routes: [route('192.0.2.1/32', 'web')],
});
