import { createServer } from 'node:net';
import { once } from 'node:events';
import { pageFiles } from '../../src/admin/page-files.ts';
import { nowMs } from '../../src/platform/clock.ts';
import type { Drain } from '../../src/model/drain.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Cause, Decision, Health, HealthChange, RouteState } from '../../src/model/turn.ts';
import type {
  Explanation,
  RealServerView,
  RouteView,
  ServiceView,
  SignalView,
  View,
} from '../../src/model/view.ts';
import { Rig } from '../admin/rig.ts';

export interface NodeParts {
  readonly signals: SignalView[];
  readonly services: (Omit<ServiceView, 'realServers' | 'capacityPercent'> & {
    realServers: RealServerView[];
    capacityPercent: number;
  })[];
  readonly routes: RouteView[];
}

/** The real admin server with the real page, over a node whose state the test says. */
export class DashboardNode {
  readonly rig: Rig;
  readonly url: string;
  readonly port: number;
  readonly #parts: NodeParts;

  private constructor(parts: NodeParts, port: number, withToken: boolean) {
    this.#parts = parts;
    this.port = port;
    this.url = `http://127.0.0.1:${port}/`;
    this.rig = new Rig({
      admin: { listen: { host: '127.0.0.1', port }, socket: null },
      withToken,
      view: (drains) => this.#view(drains),
      parts: { pages: pageFiles(), version: '0.2.0' },
    });
  }

  /** `port`: that of an earlier node, which comes back. */
  static async start(
    parts: NodeParts,
    { withToken = false, port = 0 } = {},
  ): Promise<DashboardNode> {
    const node = new DashboardNode(parts, port === 0 ? await freePort() : port, withToken);
    await node.rig.ready();
    return node;
  }

  /** A real server's check settles. */
  server(key: string, to: Health, reason: string): void {
    for (const service of this.#parts.services) {
      const at = service.realServers.findIndex((server) => server.key === key);
      const server = service.realServers[at];
      if (server === undefined) continue;
      const weight = to === 'up' ? server.baseWeight : 0;
      const atMs = nowMs();
      const isPooled = to === 'up';
      service.realServers[at] = { ...server, state: to, reason, sinceMs: atMs, weight, isPooled };
      const up = service.realServers.filter((each) => each.isPooled).length;
      service.capacityPercent = Math.round((100 * up) / service.realServers.length);
      this.#tell([{ name: key, from: server.state, to, reason, atMs, cause: cause(key, reason) }]);
    }
  }

  signal(name: string, to: Health, reason: string): void {
    const at = this.#parts.signals.findIndex((signal) => signal.name === name);
    const signal = this.#parts.signals[at];
    if (signal === undefined) throw new Error(`no signal ${name}`);
    const atMs = nowMs();
    this.#parts.signals[at] = { ...signal, state: to, reason, sinceMs: atMs };
    this.#tell([{ name, from: signal.state, to, reason, atMs, cause: cause(name, reason) }]);
  }

  /** A route is decided because of what a signal did, and ExaBGP confirms. */
  route(key: string, to: RouteState, because: string, why: Cause): void {
    const at = this.#parts.routes.findIndex(({ route }) => route.key === key);
    const view = this.#parts.routes[at];
    if (view === undefined) throw new Error(`no route ${key}`);
    const { route, attributes, state: from } = view;
    const atMs = nowMs();
    this.#parts.routes[at] = { ...view, state: to, because, sinceMs: atMs };
    this.#tell([], [{ route, from, to, attributes, because, atMs, cause: why }]);
    const action = to === 'withdrawn' ? 'withdraw' : 'announce';
    this.#act(action, key, why);
  }

  /** ExaBGP has it, as after a start that adopted it. */
  confirm(key: string): void {
    this.#act('announce', key, { kind: 'config', atMs: nowMs() });
  }

  #act(action: 'announce' | 'withdraw', key: string, why: Cause): void {
    for (const result of ['sent', 'confirmed'] as const) {
      this.rig.admin.report({
        kind: 'action',
        sink: 'exabgp',
        action,
        keys: [key],
        result,
        command: `${action} route ${key} next-hop self`,
        cause: why,
        atMs: nowMs(),
      });
    }
  }

  /** Changes of an earlier time, which the last hour has and nothing else. */
  past(changes: readonly HealthChange[], decisions: readonly Decision[]): void {
    this.#tell(changes, decisions);
  }

  /** What a probe saw, with its time. */
  observe(observation: Observation): void {
    this.rig.admin.observe(observation);
  }

  close(): void {
    this.rig.close();
  }

  #tell(changes: readonly HealthChange[], decisions: readonly Decision[] = []): void {
    this.rig.admin.turn({
      atMs: nowMs(),
      changes,
      decisions,
      weightDecisions: [],
      notices: [],
      intents: {
        routes: new Map(),
        changed: [],
        weights: new Map(),
        changedWeights: [],
        watched: new Set(),
        shares: { percentOf: () => null },
      },
    });
  }

  #view(drains: ReadonlyMap<string, Drain>): View {
    const drainOf = (name: string, own: ServiceView['drain']): ServiceView['drain'] => {
      const drain = drains.get(name);
      if (drain === undefined) return own;
      return { drain, isDone: false, isOut: false, activeConnections: 3, deadlineMs: null };
    };
    const { signals, services, routes } = this.#parts;
    const names = [
      'node',
      ...signals.map(({ name }) => name),
      ...services.flatMap(({ name, realServers }) => [name, ...realServers.map(({ key }) => key)]),
      ...routes.map(({ route }) => route.key),
    ];
    const drained: Shown = {
      services: services.map((service) => {
        const realServers = service.realServers.map((server) =>
          Object.assign({}, server, { drain: drainOf(server.key, server.drain) }),
        );
        const drain = drainOf(service.name, service.drain);
        return Object.assign({}, service, { drain, realServers });
      }),
      routes: routes.map((view) =>
        Object.assign({}, view, { drain: drainOf(view.route.key, view.drain) }),
      ),
    };
    return {
      atMs: nowMs(),
      signals: () => [...signals],
      services: () => drained.services,
      routes: () => drained.routes,
      nodeDrain: () => drainOf('node', null),
      names: () => names,
      explain: (name) => (names.includes(name) ? explanation(name, drained) : null),
    };
  }
}

/** What the page can see of the parts, maintenance included. */
interface Shown {
  readonly services: readonly ServiceView[];
  readonly routes: readonly RouteView[];
}

/** What was observed a moment ago; without a reason it is good news. */
export function cause(signal: string, reason: string): Cause {
  const state = reason === '' ? 'up' : 'down';
  const observation: Observation = { signal, state, reason, atMs: nowMs() - 1.4 };
  return { kind: 'observation', observation };
}

function explanation(name: string, { services, routes }: Shown): Explanation {
  const common = { sinceMs: nowMs() - 90_000, cause: null, counters: [], drain: null, parts: [] };
  const servers = services.flatMap(({ realServers }) => realServers);
  const server = servers.find(({ key }) => key === name);
  if (server !== undefined) {
    const { state, reason, sinceMs, drain } = server;
    const counters = [
      { label: 'falls', value: '3 of 3' },
      { label: 'weight', value: `${server.weight} of ${server.baseWeight}` },
    ];
    const because = state === 'up' ? 'its check succeeds' : `its check failed: ${reason}`;
    const root = state === 'up' ? null : cause(name, reason);
    return {
      ...common,
      kind: 'real_server',
      name,
      state,
      because,
      sinceMs,
      counters,
      drain,
      cause: root,
    };
  }
  const service = services.find((each) => each.name === name);
  if (service !== undefined) {
    const parts = service.realServers.map(({ key }) => explanation(key, { services, routes }));
    const { state, reason: because, drain } = service;
    return { ...common, kind: 'service', name, state, because, drain, parts };
  }
  const route = routes.find((each) => each.route.key === name);
  if (route === undefined) {
    return { ...common, kind: name === 'node' ? 'node' : 'signal', name, state: 'up', because: '' };
  }
  const parts = services
    .filter((each) => route.because.includes(each.name))
    .map((each) => explanation(each.name, { services, routes }));
  const { state, because, drain } = route;
  return { ...common, kind: 'route', name, state, because, drain, parts };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
