import type { Config } from '../../src/model/config.ts';
import type { Control } from '../../src/model/control.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Service } from '../../src/model/service.ts';
import type { Turn } from '../../src/model/turn.ts';
import { createCore } from '../../src/core/create.ts';
import { nextDeadlineMs, takeTurn } from '../../src/core/turn.ts';
import { observe } from '../../src/core/observe.ts';
import { request } from '../../src/core/request.ts';
import { config, server, service } from './fixtures.ts';

/**
 * Drives the core by hand, for what has numbers and would not fit into marbles. Each call carries
 * out all deadlines before its time at their own times, then takes everything in and one turn.
 */
export class Drive {
  readonly core;
  readonly turns: Turn[] = [];

  /** `first` comes before the first turn. */
  constructor(rules: Config, ...first: readonly Control[]) {
    this.core = createCore(rules, 0);
    for (const control of first) request(this.core, control, 0);
    this.#turn(0);
  }

  /** What followed, a line each: `web/a 100`, `r announced`, `! ipvs_unconfirmed`. */
  at(atMs: number, ...inputs: readonly (Observation | Control)[]): readonly string[] {
    const first = this.turns.length;
    for (let dueMs = nextDeadlineMs(this.core); dueMs < atMs; dueMs = nextDeadlineMs(this.core)) {
      this.#turn(dueMs);
    }
    for (const input of inputs) {
      if ('kind' in input) request(this.core, input, atMs);
      else observe(this.core, { ...input, atMs });
    }
    this.#turn(atMs);
    return this.turns.slice(first).flatMap(linesOf);
  }

  get last(): Turn | undefined {
    return this.turns.at(-1);
  }

  #turn(nowMs: number): void {
    const turn = takeTurn(this.core, nowMs);
    if (turn === null) return;
    // The maps are live views: keep what they showed at this turn.
    const { routes, weights } = turn.intents;
    const intents = { ...turn.intents, routes: new Map(routes), weights: new Map(weights) };
    this.turns.push({ ...turn, intents });
  }
}

function linesOf({ weightDecisions, decisions, notices }: Turn): readonly string[] {
  return [
    ...weightDecisions.map((one) => `${one.server} ${one.to}`),
    ...decisions.map(({ route, to }) => `${route.key} ${to}`),
    ...notices.map(({ event }) => `! ${event}`),
  ];
}

export const netlink = { via: 'netlink', dryRun: false } as const;
export const stdio = { via: 'stdio', ackTimeoutMs: 2000, window: 64 } as const;
const virtual = { kind: 'address', address: '192.0.2.10', port: 80, protocol: 'tcp' } as const;

/** A service `web` in the kernel with servers `web/a`, `web/b`, … of these configured weights. */
export function inKernel(
  weights: readonly (number | null)[],
  more: Partial<Service> = {},
): Service {
  const servers = weights.map((one, index) => server(`web/${'abcdefgh'[index]}`, one));
  return service('web', servers, { virtual, ...more });
}

export function withIpvs(more: Partial<Config>): Config {
  return config({ ipvs: netlink, exabgp: stdio, ...more });
}

/** A table that has these base weights. */
export function table(
  bases: Readonly<Record<string, number>>,
  missing: readonly string[] = [],
): Control {
  const entries = Object.entries(bases).map(([key, weight]) => {
    return [key, { weight, isDrained: weight === 0 }] as const;
  });
  return { kind: 'table', bases: new Map(entries), missing: new Set(missing) };
}

export function confirmed(weights: Readonly<Record<string, number | 'removed'>>): Control {
  return { kind: 'weights', weights: new Map(Object.entries(weights)) };
}

export const connected = { kind: 'ipvs', state: 'connected' } as const;

export function sent(...keys: readonly string[]): Control {
  return { kind: 'sent', keys };
}
