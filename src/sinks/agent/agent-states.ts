import type { Config } from '../../model/config.ts';
import type { Cause, Health, Shares, Turn } from '../../model/turn.ts';
import type { AgentAnswer } from '../../protocol/agent-check.ts';

/** The health of one name. */
interface Known {
  readonly health: Health;
  readonly reason: string;
  /** It is in maintenance; no check failed. */
  readonly isDrained: boolean;
}

/** Up, and without new connections. */
const DRAINED: AgentAnswer = { state: 'up', reason: '', weightPercent: 0 };

/**
 * The health of every signal, service, real server and route, from the turns, as replies to
 * agent-checks: `no-opinion` while it is unknown, `no-such-name` for a name that is not configured.
 */
export class AgentStates {
  readonly #known = new Map<string, Known>();
  readonly #routesKnown = new Map<string, 'up' | 'drained' | 'down'>();
  #shares: Shares | null = null;
  #signals: readonly string[] = [];
  #services: readonly string[] = [];
  #names: ReadonlySet<string> = new Set();
  #routes: readonly string[] = [];

  configure({ signals, services, routes }: Config): void {
    this.#signals = signals.map(({ name }) => name);
    this.#services = services.map(({ name }) => name);
    const servers = services.flatMap(({ realServers }) => realServers.map(({ key }) => key));
    this.#names = new Set([...this.#signals, ...this.#services, ...servers]);
    this.#routes = routes.map(({ key }) => key);
    for (const name of this.#known.keys()) if (!this.#names.has(name)) this.#known.delete(name);
    const keys = new Set(this.#routes);
    for (const key of this.#routesKnown.keys()) if (!keys.has(key)) this.#routesKnown.delete(key);
  }

  turn({ changes, decisions, intents }: Turn): void {
    this.#shares = intents.shares;
    for (const { name, to, reason, cause } of changes) {
      this.#known.set(name, { health: to, reason, isDrained: isDrain(cause) });
    }
    for (const { route, to, cause } of decisions) {
      const gone = isDrain(cause) ? 'drained' : 'down';
      this.#routesKnown.set(route.key, to === 'announced' ? 'up' : gone);
    }
  }

  /** @param name empty, or `node`: this node as a whole. */
  answer(name: string): AgentAnswer | 'no-opinion' | 'no-such-name' {
    if (name === '' || name === 'node') return this.#node();
    if (!this.#names.has(name)) return 'no-such-name';
    const known = this.#known.get(name);
    if (known === undefined || known.health === 'unknown') return 'no-opinion';
    if (known.health === 'up') return this.#up(name);
    if (known.isDrained) return DRAINED;
    return { state: 'down', reason: known.reason, weightPercent: null };
  }

  /** With its share each time: HAProxy keeps the last share it received. */
  #up(name: string): AgentAnswer {
    return { state: 'up', reason: '', weightPercent: this.#shares?.percentOf(name) ?? 100 };
  }

  /** The share of the announced routes; without routes, of the services; without those, of the signals. */
  #node(): AgentAnswer | 'no-opinion' {
    const parts = this.#parts();
    const known = parts.filter((part) => part !== undefined);
    if (known.length === 0) return 'no-opinion';
    const up = known.filter((part) => part === 'up').length;
    if (up > 0) {
      const weightPercent = Math.max(1, Math.round((100 * up) / parts.length));
      return { state: 'up', reason: '', weightPercent };
    }
    if (known.includes('drained')) return DRAINED;
    return { state: 'down', reason: 'no route or service is up', weightPercent: null };
  }

  #parts(): readonly ('up' | 'drained' | 'down' | undefined)[] {
    if (this.#routes.length > 0) return this.#routes.map((key) => this.#routesKnown.get(key));
    const names = this.#services.length > 0 ? this.#services : this.#signals;
    return names.map((name) => {
      const known = this.#known.get(name);
      if (known === undefined || known.health === 'unknown') return undefined;
      return known.health === 'down' && known.isDrained ? 'drained' : known.health;
    });
  }
}

function isDrain(cause: Cause): boolean {
  return cause.kind === 'drain' && cause.change === 'begun';
}
