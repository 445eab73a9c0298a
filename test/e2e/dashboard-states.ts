import { nowMs } from '../../src/platform/clock.ts';
import type { Health, RouteState } from '../../src/model/turn.ts';
import type { DrainView, RealServerView, RouteView, SignalView } from '../../src/model/view.ts';
import type { NodeParts } from './dashboard-node.ts';

const minuteMs = 60_000;

export function drainView(name: string): DrainView {
  const drain = {
    name,
    reason: 'kernel update',
    owner: 'ana',
    untilMs: nowMs() + 40 * minuteMs,
    sinceMs: nowMs() - minuteMs,
  };
  return { drain, isDone: false, isOut: false, activeConnections: 12, deadlineMs: null };
}

export function signal(name: string, type: string, state: Health, reason = ''): SignalView {
  return {
    name,
    type,
    state,
    reason,
    sinceMs: nowMs() - 95 * minuteMs,
    flaps: 0,
    lost: null,
    suppressedUntilMs: null,
  };
}

export function server(of: string, address: string, state: Health, reason = ''): RealServerView {
  return {
    key: `${of}/${address}`,
    address,
    state,
    reason,
    sinceMs: nowMs() - 31 * minuteMs,
    flaps: 0,
    lost: null,
    weight: state === 'up' ? 100 : 0,
    baseWeight: 100,
    isPooled: state === 'up',
    isInTable: true,
    activeConnections: state === 'up' ? 184 : 0,
    drain: null,
  };
}

export function route(prefix: string, state: RouteState, because: string): RouteView {
  return {
    route: { key: prefix, prefix, pathId: null, neighbor: null },
    state,
    attributes: {
      nextHop: 'self',
      med: 100,
      localPreference: null,
      asPath: [],
      communities: [],
      largeCommunities: [],
      extendedCommunities: [],
    },
    because,
    sinceMs: nowMs() - 31 * minuteMs,
    drain: null,
  };
}

export function service(
  name: string,
  port: number,
  state: Health,
  realServers: RealServerView[],
): NodeParts['services'][number] {
  const up = realServers.filter((each) => each.state === 'up').length;
  return {
    name,
    state,
    reason: state === 'up' ? '' : `${up} of ${realServers.length} servers up`,
    sinceMs: nowMs() - 31 * minuteMs,
    virtual: { kind: 'address', address: '192.0.2.10', port, protocol: 'tcp' },
    capacityPercent: Math.round((100 * up) / realServers.length),
    quorum: 1,
    drain: null,
    realServers,
  };
}

/** One node that has one of everything the page can show. */
export function everyState(): NodeParts {
  const web = [11, 12, 13, 14].map((at) => server('web', `10.0.1.${at}:443`, 'up'));
  const mail = [
    server('mail', '10.0.3.11:25', 'down', 'refused'),
    server('mail', '10.0.3.12:25', 'down', 'timed out after 500ms'),
  ];
  const syslog = [
    server('syslog', '10.0.2.11:514', 'up'),
    server('syslog', '10.0.2.12:514', 'unknown', 'observer lost: EMFILE'),
    { ...server('syslog', '10.0.2.13:514', 'up'), drain: drainView('syslog/10.0.2.13:514') },
  ];
  return {
    signals: [
      signal('uplink-a', 'link', 'up'),
      signal('uplink-b', 'link', 'down', 'no carrier'),
      {
        ...signal('tor-a', 'bfd', 'down', 'neighbor signaled session down'),
        flaps: 7,
        suppressedUntilMs: nowMs() + 25_000,
      },
      signal('tor-b', 'bfd', 'up'),
      signal('disk', 'plugin', 'unknown', 'observer lost: no answer for 30s'),
    ],
    services: [
      service('web', 443, 'up', web),
      service('mail', 25, 'down', mail),
      service('syslog', 514, 'up', syslog),
    ],
    routes: [
      route('192.0.2.10/32', 'announced', 'web is up; uplink-a is up'),
      route('192.0.2.25/32', 'withdrawn', 'mail is down (0 of 2 servers up)'),
      {
        ...route('192.0.2.20/32', 'draining', 'maintenance by ana'),
        drain: drainView('192.0.2.20/32'),
      },
      route('192.0.2.30/32', 'held', 'tor-a is down; held: 2 withdraws in the last minute'),
      route('2001:db8::10/128', 'pending', ''),
    ],
  };
}

/** One service of `count` real servers and 40 services of few. */
export function manyServers(count: number): NodeParts {
  const large = Array.from({ length: count - 200 }, (_, at) =>
    server('edge', `10.${1 + (at >> 8)}.${at & 255}.1:443`, 'up'),
  );
  const small = Array.from({ length: 40 }, (_, at) =>
    service(
      `app-${at}`,
      8000 + at,
      'up',
      Array.from({ length: 5 }, (__, of) => server(`app-${at}`, `10.99.${at}.${of}:80`, 'up')),
    ),
  );
  return {
    signals: [signal('uplink-a', 'link', 'up')],
    services: [service('edge', 443, 'up', large), ...small],
    routes: [route('192.0.2.10/32', 'announced', 'edge is up')],
  };
}
