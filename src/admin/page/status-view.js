/**
 * What the page knows: the snapshot, and each event folded into it. No DOM, no clock.
 *
 * Things are replaced, never changed, so that whoever draws them sees by identity what is new;
 * only the list of a service's servers is changed in place, and the service is renewed once a
 * frame by `settle`, however many of its two thousand servers changed.
 */
import { countServers } from './counts.js';

/** @typedef {import('../../protocol/api.ts').ApiStatus} ApiStatus */
/** @typedef {import('../../protocol/api.ts').ApiSignal} ApiSignal */
/** @typedef {import('../../protocol/api.ts').ApiRealServer} ApiRealServer */
/** @typedef {import('../../protocol/api.ts').ApiService} ApiService */
/** @typedef {import('../../protocol/api.ts').ApiRoute} ApiRoute */
/** @typedef {import('../../protocol/api.ts').ApiSink} ApiSink */
/** @typedef {import('../../protocol/api.ts').ApiHealth} ApiHealth */
/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */

/**
 * @typedef {object} ServiceEntry
 * @property {ApiService} info its `real_servers` are those of the snapshot: read `servers`
 * @property {ApiRealServer[]} servers in the order of the file
 * @property {Map<string, number>} indexes of the servers, by address
 * @property {import('./counts.js').ServerCounts} counts
 */

export class StatusView {
  /** @type {ApiStatus | null} */
  status = null;
  /** @type {Map<string, ApiSignal>} */
  signals = new Map();
  /** @type {Map<string, ServiceEntry>} */
  services = new Map();
  /** @type {Map<string, ApiRoute>} */
  routes = new Map();
  /** @type {Map<string, ApiSink>} */
  sinks = new Map();
  /** @type {Set<string>} */
  #dirty = new Set();

  /** @param {ApiStatus} status */
  load(status) {
    this.status = status;
    this.signals = new Map(status.signals.map((signal) => [signal.name, signal]));
    this.services = new Map(status.services.map((info) => [info.name, serviceEntry(info)]));
    this.routes = new Map(status.routes.map((route) => [route.key, route]));
    this.sinks = new Map(status.sinks.map((sink) => [sink.name, sink]));
    this.#dirty.clear();
  }

  /**
   * What kind of thing has this name; `null`: nothing that we know.
   *
   * @param {string} name a signal's, a service's, `service/address:port`, or a route's key
   * @returns {'signal' | 'service' | 'server' | 'route' | null}
   */
  kindOf(name) {
    if (this.signals.has(name)) return 'signal';
    if (this.services.has(name)) return 'service';
    if (this.routes.has(name)) return 'route';
    return this.#find(name) === null ? null : 'server';
  }

  /**
   * @param {string} name
   * @param {ApiHealth} state
   * @param {string} reason
   * @param {string} since
   */
  health(name, state, reason, since) {
    const signal = this.signals.get(name);
    if (signal !== undefined) {
      const flaps = signal.flaps + (signal.state === 'up' && state === 'down' ? 1 : 0);
      this.signals.set(name, { ...signal, state, reason, since, flaps });
      return;
    }
    const service = this.services.get(name);
    if (service !== undefined) {
      this.services.set(name, { ...service, info: { ...service.info, state, reason, since } });
      return;
    }
    this.#server(name, (server) => ({ ...server, state, reason, since }));
  }

  /**
   * @param {string} key
   * @param {number} weight
   * @param {true | undefined} removed
   */
  weight(key, weight, removed) {
    this.#server(key, (server) => ({ ...server, weight, removed, pooled: weight > 0 }));
  }

  /**
   * @param {string} key
   * @param {number} latencyMs
   */
  latency(key, latencyMs) {
    this.#server(key, (server) => ({ ...server, latency_ms: latencyMs }));
  }

  /**
   * @param {string} key
   * @param {Partial<ApiRoute>} change
   */
  route(key, change) {
    const route = this.routes.get(key);
    if (route !== undefined) this.routes.set(key, { ...route, ...change });
  }

  /**
   * @param {string} name
   * @param {Partial<ApiSink>} change
   */
  sink(name, change) {
    const sink = this.sinks.get(name);
    if (sink !== undefined) this.sinks.set(name, { ...sink, ...change });
  }

  /**
   * What is known to be in maintenance, until a new status has all that goes with it.
   *
   * @param {string} name
   * @param {ApiDrain | null} drain `null`: the maintenance of this name ended
   */
  drain(name, drain) {
    /** @param {{ drain?: ApiDrain | null }} thing */
    const next = (thing) => drain ?? (thing.drain?.name === name ? null : (thing.drain ?? null));
    if (name === 'node' && this.status !== null) {
      this.status = { ...this.status, drain: next(this.status) };
    }
    const route = this.routes.get(name);
    if (route !== undefined) this.routes.set(name, { ...route, drain: next(route) });
    const service = this.services.get(name);
    if (service !== undefined) {
      const info = { ...service.info, drain: next(service.info) };
      // A server that was drained by itself stays so.
      const servers = service.servers.map((server) =>
        drain !== null && server.drain !== null ? server : { ...server, drain: next(server) },
      );
      this.services.set(name, { ...service, info, servers, counts: countServers(servers) });
    }
    this.#server(name, (server) => ({ ...server, drain: next(server) }));
  }

  /**
   * The maintenance that this name is in.
   *
   * @param {string} name as for `kindOf`, or `node`
   * @returns {ApiDrain | null}
   */
  drainOf(name) {
    if (name === 'node') return this.status?.drain ?? null;
    const found = this.#find(name);
    const thing =
      this.routes.get(name) ?? this.services.get(name)?.info ?? found?.service.servers[found.at];
    return thing?.drain ?? null;
  }

  /** Renews the services whose servers changed since it was called last. Once a frame. */
  settle() {
    for (const name of this.#dirty) {
      const service = this.services.get(name);
      if (service !== undefined) {
        this.services.set(name, { ...service, counts: countServers(service.servers) });
      }
    }
    this.#dirty.clear();
  }

  /**
   * @param {string} key
   * @param {(server: ApiRealServer) => ApiRealServer} change
   */
  #server(key, change) {
    const found = this.#find(key);
    const server = found?.service.servers[found.at];
    if (found === null || server === undefined) return;
    found.service.servers[found.at] = change(server);
    this.#dirty.add(found.service.info.name);
  }

  /** @param {string} key `service/address:port` */
  #find(key) {
    const slash = key.indexOf('/');
    const service = this.services.get(key.slice(0, slash));
    const at = service?.indexes.get(key.slice(slash + 1));
    return service === undefined || at === undefined ? null : { service, at };
  }
}

/**
 * @param {ApiService} info
 * @returns {ServiceEntry}
 */
function serviceEntry(info) {
  const servers = [...info.real_servers];
  const indexes = new Map(servers.map((server, at) => [server.address, at]));
  return { info, servers, indexes, counts: countServers(servers) };
}
