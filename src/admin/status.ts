import type { LastReload } from '../model/last-reload.ts';
import type {
  DrainView,
  LossView,
  RealServerView,
  RouteView,
  ServiceView,
  SignalView,
  View,
} from '../model/view.ts';
import { nowMs } from '../platform/clock.ts';
import type {
  ApiDrain,
  ApiLoss,
  ApiRealServer,
  ApiRoute,
  ApiService,
  ApiSignal,
  ApiSink,
  ApiStatus,
} from '../protocol/api.ts';
import type { LiveState, SinkFacts } from './live-state.ts';
import type { WallClock } from './wall-clock.ts';
import { awaitedByDrain, drainJson, isRemoved, roundMs, virtualText, weightOf } from './wire.ts';

/** Items that become text in one go: some 100 take a quarter of a millisecond. */
const CHUNK_ITEMS = 100;

/** Routes take longer: their reasons are worked out on the way. */
const CHUNK_ROUTES = 20;

/** The loop is given back after this long: a probe's answer must not wait for a reader. */
const SLICE_MS = 2;

type DrainToJson = (view: DrainView | null) => ApiDrain | null;

/** A status before its lists, which follow in pieces. */
type StatusHead = Omit<ApiStatus, 'signals' | 'services' | 'routes' | 'sinks'>;
type ServiceHead = Omit<ApiService, 'real_servers'>;

/** What the view does not know. */
export interface StatusFacts {
  readonly node: string;
  readonly version: string;
  readonly configHash: string;
  readonly lastReload: LastReload | null;
  readonly liveState: LiveState;
  readonly clock: WallClock;
}

/** All of a view at one instant: a view itself moves on with the core. */
export interface ViewSnapshot {
  readonly atMs: number;
  readonly signals: readonly SignalView[];
  readonly services: readonly ServiceView[];
  readonly routes: readonly RouteView[];
  readonly nodeDrain: DrainView | null;
}

export function snapshotOf(view: View): ViewSnapshot {
  return {
    atMs: view.atMs,
    signals: view.signals(),
    services: view.services(),
    routes: view.routes(),
    nodeDrain: view.nodeDrain(),
  };
}

/** The JSON of `GET /api/v1/status`, in pieces: 5,000 real servers are over a megabyte. */
export function* statusPieces(view: ViewSnapshot, facts: StatusFacts): Generator<string> {
  const { liveState, clock } = facts;
  const awaited = awaitedByDrain(view.routes, (key) => liveState.isAwaited(key));
  const drain: DrainToJson = (shown) => drainJson(shown, clock, awaited);
  const head: StatusHead = {
    node: facts.node,
    version: facts.version,
    uptime_s: Math.round(view.atMs / 100) / 10,
    config_hash: facts.configHash,
    last_reload: reloadJson(facts.lastReload),
    drain: drain(view.nodeDrain),
  };
  yield open(head, 'signals');
  const isFlapping = (name: string): boolean => liveState.isFlapping(name, view.atMs);
  yield* list(view.signals, (signal) => signalJson(signal, clock, isFlapping(signal.name)));
  yield '],"services":[';
  let separator = '';
  for (const service of view.services) {
    yield separator + open(serviceJson(service, clock, drain), 'real_servers');
    yield* list(service.realServers, (server) =>
      serverJson(server, liveState, clock, { drain, isFlapping }),
    );
    yield ']}';
    separator = ',';
  }
  yield '],"routes":[';
  yield* list(view.routes, (route) => routeJson(route, liveState, clock, drain), CHUNK_ROUTES);
  yield '],"sinks":[';
  yield* list(liveState.sinks(), sinkJson);
  yield ']}';
}

function reloadJson(reload: LastReload | null): ApiStatus['last_reload'] {
  if (reload === null) return null;
  const { isAccepted, reason, atMs } = reload;
  return { ok: isAccepted, reason, at: new Date(atMs).toISOString() };
}

/** The whole text, built without holding the loop for long. */
export async function joinInSlices(pieces: Iterable<string>): Promise<string> {
  const all: string[] = [];
  let untilMs = nowMs() + SLICE_MS;
  for (const piece of pieces) {
    all.push(piece);
    if (nowMs() < untilMs) continue;
    await nextLoop();
    untilMs = nowMs() + SLICE_MS;
  }
  return all.join('');
}

async function nextLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function open(head: object, listName: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"${listName}":[`;
}

function* list<T>(
  items: readonly T[],
  json: (item: T) => object,
  atOnce = CHUNK_ITEMS,
): Generator<string> {
  for (let from = 0; from < items.length; from += atOnce) {
    const chunk = items.slice(from, from + atOnce).map((item) => JSON.stringify(json(item)));
    yield (from === 0 ? '' : ',') + chunk.join(',');
  }
}

function signalJson(signal: SignalView, clock: WallClock, isFlapping: boolean): ApiSignal {
  return {
    name: signal.name,
    type: signal.type,
    state: signal.state,
    reason: signal.reason,
    since: clock.text(signal.sinceMs),
    flaps: signal.flaps,
    lost: lostJson(signal.lost, clock),
    flapping: isFlapping,
    suppressed_until: clock.textOrNull(signal.suppressedUntilMs),
    // Only what serves can be drained; the key is part of the contract.
    drain: null,
  };
}

/** Stays, with an end in the past, until the observer is back. */
function lostJson(lost: LossView | null, clock: WallClock): ApiLoss | null {
  if (lost === null) return null;
  const { sinceMs, reason, untilMs } = lost;
  return { since: clock.text(sinceMs), reason, until: clock.text(untilMs) };
}

function serviceJson(service: ServiceView, clock: WallClock, drain: DrainToJson): ServiceHead {
  return {
    name: service.name,
    state: service.state,
    reason: service.reason,
    since: clock.text(service.sinceMs),
    virtual: virtualText(service.virtual),
    capacity_pct: Math.floor(service.capacityPercent),
    quorum: service.quorum,
    drain: drain(service.drain),
  };
}

interface OfView {
  readonly drain: DrainToJson;
  readonly isFlapping: (name: string) => boolean;
}

function serverJson(
  server: RealServerView,
  liveState: LiveState,
  clock: WallClock,
  { drain, isFlapping }: OfView,
): ApiRealServer {
  const latencyMs = liveState.latencyMs(server.key);
  return {
    address: server.address,
    state: server.state,
    reason: server.reason,
    since: clock.text(server.sinceMs),
    flaps: server.flaps,
    lost: lostJson(server.lost, clock),
    flapping: isFlapping(server.key),
    weight: weightOf(server),
    ...(isRemoved(server) && ({ removed: true } as const)),
    base_weight: server.baseWeight,
    in_table: server.isInTable,
    pooled: server.isPooled,
    active_connections: server.activeConnections,
    latency_ms: latencyMs === null ? null : roundMs(latencyMs),
    drain: drain(server.drain),
  };
}

function routeJson(
  view: RouteView,
  liveState: LiveState,
  clock: WallClock,
  drain: DrainToJson,
): ApiRoute {
  const { route, attributes } = view;
  return {
    prefix: route.prefix,
    key: route.key,
    state: view.state,
    med: attributes?.med ?? null,
    because: view.because,
    since: clock.text(view.sinceMs),
    confirmed: liveState.isConfirmed(route.key),
    drain: drain(view.drain),
  };
}

function sinkJson(sink: SinkFacts): ApiSink {
  return {
    name: sink.name,
    state: sink.state,
    reason: sink.reason,
    pending: sink.pending,
    rejected: sink.rejected,
    peer_version: sink.peerVersion,
  };
}
