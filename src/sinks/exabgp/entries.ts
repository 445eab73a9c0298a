import type { RouteIdentity } from '../../model/route.ts';
import { type LedgerEntry, routeIdentity } from './entry.ts';

/** All routes that were ever wanted: of those that nobody wants any more, what is held may matter again. */
export class Entries {
  readonly #byKey = new Map<string, LedgerEntry>();
  readonly #byPrefix = new Map<string, LedgerEntry[]>();

  /** Routes that should be and are not confirmed. */
  get pending(): number {
    let count = 0;
    for (const { want } of this.#byKey.values()) if (want?.isConfirmed === false) count += 1;
    return count;
  }

  /** Whether there are none of those. */
  get complete(): boolean {
    for (const { want } of this.#byKey.values()) if (want?.isConfirmed === false) return false;
    return true;
  }

  all(): Iterable<LedgerEntry> {
    return this.#byKey.values();
  }

  get(key: string): LedgerEntry | undefined {
    return this.#byKey.get(key);
  }

  /** A prefix may be several routes: by path id, or by neighbor. */
  ofPrefix(prefix: string): readonly LedgerEntry[] {
    return this.#byPrefix.get(prefix) ?? [];
  }

  /** The entry of a route. A new one starts from what ExaBGP holds of it. */
  obtain(identity: RouteIdentity, held: (key: string) => readonly string[] | null): LedgerEntry {
    const known = this.#byKey.get(identity.key);
    if (known !== undefined) return known;
    const route = routeIdentity(identity);
    const entry: LedgerEntry = {
      route,
      want: null,
      held: held(route.key),
      outstanding: null,
      failures: 0,
      notBeforeMs: 0,
    };
    this.#byKey.set(route.key, entry);
    const same = this.#byPrefix.get(route.prefix);
    if (same === undefined) this.#byPrefix.set(route.prefix, [entry]);
    else same.push(entry);
    return entry;
  }
}
