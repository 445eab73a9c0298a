import type { Config } from '../../model/config.ts';
import type { Service } from '../../model/service.ts';
import type { Health, Turn } from '../../model/turn.ts';
import type { AgentAnswer } from '../../protocol/agent-check.ts';

/** What is known of one name. */
interface Known {
  readonly health: Health;
  readonly reason: string;
}

/**
 * What is known of every signal, service, real server and route, from the turns. Answers agents:
 * `no-opinion` while a thing is unknown, `no-such-name` where the configuration does not have it.
 */
export class Board {
  readonly #known = new Map<string, Known>();
  readonly #announced = new Map<string, boolean>();
  #signals: readonly string[] = [];
  #services: ReadonlyMap<string, Service> = new Map();
  #names: ReadonlySet<string> = new Set();
  #routes: readonly string[] = [];

  configure({ signals, services, routes }: Config): void {
    this.#signals = signals.map(({ name }) => name);
    this.#services = new Map(services.map((service) => [service.name, service]));
    const servers = services.flatMap(({ realServers }) => realServers.map(({ key }) => key));
    this.#names = new Set([...this.#signals, ...this.#services.keys(), ...servers]);
    this.#routes = routes.map(({ key }) => key);
    for (const name of this.#known.keys()) if (!this.#names.has(name)) this.#known.delete(name);
  }

  turn({ changes, decisions }: Turn): void {
    for (const { name, to, reason } of changes) this.#known.set(name, { health: to, reason });
    for (const { route, to } of decisions) this.#announced.set(route.key, to === 'announced');
  }

  /** @param name empty, or `node`: this node as a whole. */
  answer(name: string): AgentAnswer | 'no-opinion' | 'no-such-name' {
    if (name === '' || name === 'node') return this.#node();
    if (!this.#names.has(name)) return 'no-such-name';
    const known = this.#known.get(name);
    if (known === undefined || known.health === 'unknown') return 'no-opinion';
    if (known.health === 'down')
      return { state: 'down', reason: known.reason, weightPercent: null };
    const service = this.#services.get(name);
    return { state: 'up', reason: '', weightPercent: service ? this.#capacity(service) : null };
  }

  /** The share of the weight that is up, at least 1: a service that is up takes something. */
  #capacity({ realServers }: Service): number {
    let total = 0;
    let up = 0;
    for (const { key, weight } of realServers) {
      total += weight ?? 1;
      if (this.#known.get(key)?.health === 'up') up += weight ?? 1;
    }
    return total === 0 ? 100 : Math.max(1, Math.round((100 * up) / total));
  }

  /** The share of the routes that are announced; without routes of the services; or the signals. */
  #node(): AgentAnswer | 'no-opinion' {
    const parts: readonly (boolean | undefined)[] =
      this.#routes.length > 0
        ? this.#routes.map((key) => this.#announced.get(key))
        : [...(this.#services.size > 0 ? this.#services.keys() : this.#signals)].map((name) =>
            this.#isUp(name),
          );
    const known = parts.filter((part) => part !== undefined);
    if (known.length === 0) return 'no-opinion';
    const up = known.filter(Boolean).length;
    if (up === 0) return { state: 'down', reason: 'nothing is up', weightPercent: null };
    return { state: 'up', reason: '', weightPercent: Math.round((100 * up) / parts.length) };
  }

  #isUp(name: string): boolean | undefined {
    const health = this.#known.get(name)?.health ?? 'unknown';
    return health === 'unknown' ? undefined : health === 'up';
  }
}
