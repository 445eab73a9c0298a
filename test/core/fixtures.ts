import { emptyConfig } from '../empty-config.ts';
import type { SettleRules } from '../../src/model/check.ts';
import type { Config, Signal } from '../../src/model/config.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Route } from '../../src/model/route.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { RealServer, Service } from '../../src/model/service.ts';

/** Small parts of a configuration, with everything that a test is not about left at its simplest. */
export const plain: SettleRules = {
  rise: 1,
  fall: 1,
  updelayMs: 0,
  downdelayMs: 0,
  damping: null,
  lostHoldMs: 10_000,
  onLost: 'down',
};

export function up(name: string, atMs: number): Observation {
  return { signal: name, state: 'up', reason: '', atMs };
}

export function down(name: string, atMs: number, reason = 'refused'): Observation {
  return { signal: name, state: 'down', reason, atMs };
}

export function lost(name: string, atMs: number, reason = 'socket closed'): Observation {
  return { signal: name, state: 'lost', reason, atMs };
}

export function signal(name: string, settle: Partial<SettleRules> = {}): Signal {
  return { name, type: 'link', interface: 'eth0', settle: { ...plain, ...settle } };
}

export function server(
  key: string,
  weight: number | null = null,
  settle: Partial<SettleRules> = {},
): RealServer {
  const address = key.slice(key.indexOf('/') + 1);
  return {
    key,
    address,
    port: 80,
    weight,
    domain: null,
    check: {
      type: 'tcp',
      mode: 'connect',
      send: null,
      expect: { kind: 'none' },
      intervalMs: 1000,
      timeoutMs: 500,
      fastIntervalMs: 200,
      port: null,
      source: null,
      sweep: true,
      settle: { ...plain, ...settle },
    },
  };
}

export function service(
  name: string,
  realServers: readonly RealServer[],
  more: Partial<Service> = {},
): Service {
  return {
    name,
    virtual: null,
    quorum: null,
    hysteresis: null,
    validWhen: null,
    minPooledPercent: null,
    slowStartMs: 0,
    onDown: 'quiesce',
    realServers,
    ...more,
  };
}

export function named(name: string): Rule {
  return { kind: 'name', name };
}

/** A route whose key is its prefix. */
export function route(prefix: string, when: Rule | string, more: Partial<Route> = {}): Route {
  return {
    key: prefix,
    prefix,
    pathId: null,
    neighbor: null,
    when: typeof when === 'string' ? named(when) : when,
    attributes: {
      nextHop: 'self',
      med: 100,
      localPreference: null,
      asPath: [],
      communities: [],
      largeCommunities: [],
      extendedCommunities: [],
    },
    degrade: [],
    onStop: 'withdraw',
    drainMs: 5000,
    drainMed: 1000,
    drainConnections: null,
    ...more,
  };
}

export function config(more: Partial<Config>): Config {
  return { ...emptyConfig, ...more };
}
