import type { Config } from '../../model/config.ts';
import type { Route } from '../../model/route.ts';
import type { Cause } from '../../model/turn.ts';
import type { AnnouncedKeys } from './announced-keys.ts';

/** Which routes are ours: those that are configured, and those that we may have announced before. */
export class OwnRoutes {
  readonly #announced: AnnouncedKeys;
  #configured: ReadonlyMap<string, Route> = new Map();
  #configCause: Cause;

  constructor(announced: AnnouncedKeys, nowMs: number) {
    this.#announced = announced;
    this.#configCause = { kind: 'config', atMs: nowMs };
  }

  /** Why a route that is not configured any more is withdrawn. */
  get configCause(): Cause {
    return this.#configCause;
  }

  /** Takes a configuration. Returns the routes that are no longer in it. */
  configure({ routes }: Config, nowMs: number): readonly Route[] {
    const before = this.#configured;
    this.#configured = new Map(routes.map((route) => [route.key, route]));
    this.#configCause = { kind: 'config', atMs: nowMs };
    return [...before.values()].filter(({ key }) => !this.#configured.has(key));
  }

  /** Resolves when every configured key is on disk, or cannot be. */
  async save(): Promise<void> {
    await this.#announced.add(this.#configured.keys());
  }

  isConfigured(key: string): boolean {
    return this.#configured.has(key);
  }

  /** Every key that is configured, or was announced before. */
  keys(): ReadonlySet<string> {
    return new Set([...this.#configured.keys(), ...this.#announced.keys()]);
  }

  /** The next hop to name in a withdraw. */
  nextHop(key: string): string {
    return this.#configured.get(key)?.attributes.nextHop ?? 'self';
  }

  /** These keys are known to be withdrawn: what is not configured any more need not be kept. */
  dropWithdrawn(keys: Iterable<string>): void {
    this.#announced.drop([...keys].filter((key) => !this.#configured.has(key)));
  }
}
