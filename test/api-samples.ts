import type {
  ApiDrain,
  ApiExplainStep,
  ApiRealServer,
  ApiRoute,
  ApiService,
  ApiSignal,
  ApiSink,
  ApiStatus,
} from '../src/protocol/api.ts';

/** When everything in these samples began. */
export const since = '2026-11-22T02:47:55.000Z';

export function apiStatus(parts: Partial<ApiStatus> = {}): ApiStatus {
  return {
    node: 'lb-a',
    version: '1.2.3',
    uptime_s: 100,
    config_hash: 'abc',
    last_reload: null,
    drain: null,
    signals: [],
    services: [],
    routes: [],
    sinks: [],
    ...parts,
  };
}

export function apiSignal(parts: Partial<ApiSignal> = {}): ApiSignal {
  return {
    name: 'tor-a',
    type: 'bfd',
    state: 'up',
    reason: '',
    since,
    flaps: 0,
    lost: null,
    flapping: false,
    suppressed_until: null,
    drain: null,
    ...parts,
  };
}

export function apiServer(parts: Partial<ApiRealServer> = {}): ApiRealServer {
  return {
    address: '10.0.1.11:443',
    state: 'up',
    reason: '',
    since,
    flaps: 0,
    lost: null,
    flapping: false,
    weight: 100,
    base_weight: 100,
    in_table: null,
    pooled: true,
    active_connections: null,
    latency_ms: null,
    drain: null,
    ...parts,
  };
}

export function apiService(parts: Partial<ApiService> = {}): ApiService {
  return {
    name: 'web',
    state: 'up',
    reason: '',
    since,
    virtual: null,
    capacity_pct: 100,
    quorum: 1,
    drain: null,
    real_servers: [],
    ...parts,
  };
}

export function apiRoute(parts: Partial<ApiRoute> = {}): ApiRoute {
  return {
    prefix: '192.0.2.10/32',
    key: parts.prefix ?? '192.0.2.10/32',
    state: 'announced',
    med: 100,
    because: '',
    since,
    confirmed: true,
    drain: null,
    ...parts,
  };
}

export function apiSink(parts: Partial<ApiSink> = {}): ApiSink {
  return {
    name: 'exabgp',
    state: 'connected',
    reason: '',
    pending: 0,
    rejected: 0,
    peer_version: '4.2.21',
    ...parts,
  };
}

export function apiDrain(parts: Partial<ApiDrain> = {}): ApiDrain {
  return {
    name: 'web',
    reason: '',
    owner: 'al',
    on_behalf_of: null,
    since,
    until: null,
    done: false,
    out: false,
    progress: { active_connections: null, deadline: null, unconfirmed_routes: 0 },
    ...parts,
  };
}

export function apiStep(parts: Partial<ApiExplainStep> = {}): ApiExplainStep {
  return {
    kind: 'service',
    name: 'web',
    state: 'up',
    because: '',
    since,
    cause: null,
    counters: [],
    drain: null,
    parts: [],
    ...parts,
  };
}
