import assert from 'node:assert/strict';
import type { Config } from '../../src/model/config.ts';
import type { Rule } from '../../src/model/rule.ts';
import type { Amount, Service } from '../../src/model/service.ts';
import type { Health, Turn } from '../../src/model/turn.ts';

const valueOf: Record<Health, number> = { down: 0, unknown: 0.5, up: 1 };

/**
 * Follows the turns from outside: it believes the health of signals and servers, works services
 * and rules out anew by the definitions, and says what each route must be.
 */
export class Follower {
  readonly #config: Config;
  readonly #values = new Map<string, number>();
  readonly #wasUp = new Map<string, boolean>();
  readonly #expected = new Map<string, 'announce' | 'withdraw'>();

  constructor(config: Config) {
    this.#config = config;
    for (const service of config.services) this.#pool(service);
  }

  /** Asserts that services and routes are what follows from the health of everything else. */
  follow(turn: Turn): void {
    const services = new Set(this.#config.services.map(({ name }) => name));
    for (const { name, to, reason } of turn.changes) {
      if (!services.has(name)) this.#values.set(name, this.#counted(name, to, reason));
    }
    for (const service of this.#config.services) {
      const said = turn.changes.findLast(({ name }) => name === service.name);
      const before = this.#values.get(service.name) ?? 0.5;
      const value = this.#pool(service);
      assert.equal(said === undefined ? before : valueOf[said.to], value, service.name);
    }
    for (const { key, when } of this.#config.routes) {
      const value = this.#rule(when);
      if (value === 1) this.#expected.set(key, 'announce');
      if (value === 0) this.#expected.set(key, 'withdraw');
      const isTimeout = turn.atMs >= this.#config.startupTimeoutMs;
      if (value === 0.5 && isTimeout && !this.#expected.has(key)) {
        this.#expected.set(key, 'withdraw');
      }
      assert.equal(turn.intents.routes.get(key)?.kind, this.#expected.get(key), key);
    }
  }

  #counted(name: string, to: Health, reason: string): number {
    const signal = this.#config.signals.find((one) => one.name === name)?.settle;
    const servers = this.#config.services.flatMap(({ realServers }) => realServers);
    const settle = signal ?? servers.find(({ key }) => key === name)?.check.settle;
    const isLost = to === 'unknown' && reason.startsWith('observer lost');
    return isLost && settle?.onLost === 'down' ? 0 : valueOf[to];
  }

  #pool(service: Service): number {
    const total = sum(service.realServers.map(({ weight }) => weight ?? 1));
    const at = (amount: Amount | null, otherwise: number): number => {
      if (amount === null) return otherwise;
      return amount.kind === 'weight' ? amount.weight : (amount.percent * total) / 100;
    };
    const wasUp = this.#wasUp.get(service.name) ?? false;
    const quorum = at(service.quorum, 1);
    const hysteresis = at(service.hysteresis, 0) * (wasUp ? -1 : 1);
    const isUp = (live: number): boolean => live > 0 && live >= quorum + hysteresis;
    const weightAt = (least: number): number =>
      sum(
        service.realServers.map(({ key, weight }) =>
          (this.#values.get(key) ?? 0.5) >= least ? (weight ?? 1) : 0,
        ),
      );
    const [worst, best] = [isUp(weightAt(1)), isUp(weightAt(0.5))];
    const value = worst === best ? Number(best) : 0.5;
    if (value !== 0.5) this.#wasUp.set(service.name, value === 1);
    this.#values.set(service.name, value);
    return value;
  }

  #rule(rule: Rule): number {
    if (rule.kind === 'name') return this.#values.get(rule.name) ?? 0.5;
    if (rule.kind === 'not') return 1 - this.#rule(rule.rule);
    const values = rule.of.map((part) => this.#rule(part)).toSorted((a, b) => b - a);
    if (rule.kind === 'all') return Math.min(...values);
    return values[rule.kind === 'any' ? 0 : rule.count - 1] ?? 0;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
