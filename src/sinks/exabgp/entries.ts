import type { RouteIdentity } from '../../model/route.ts';
import { type Entry, identityOf } from './entry.ts';

/** All routes that were ever wanted: of those that nobody wants any more, what is held may matter again. */
export class Entries {
  readonly #byKey = new Map<string, Entry>();
  readonly #byPrefix = new Map<string, Entry[]>();

  /** Routes that should be and are not confirmed. */
  get pending(): number {
    let count = 0;
    for (const { want } of this.#byKey.values()) if (want?.confirmed === false) count += 1;
    return count;
  }

  /** Whether there are none of those. */
  get complete(): boolean {
    for (const { want } of this.#byKey.values()) if (want?.confirmed === false) return false;
    return true;
  }

  all(): Iterable<Entry> {
    return this.#byKey.values();
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** A prefix may be several routes: by path id, or by neighbor. */
  ofPrefix(prefix: string): readonly Entry[] {
    return this.#byPrefix.get(prefix) ?? [];
  }

  /** The entry of a route. A new one starts from what ExaBGP holds of it. */
  obtain(identity: RouteIdentity, held: (key: string) => readonly string[] | null): Entry {
    const known = this.#byKey.get(identity.key);
    if (known !== undefined) return known;
    const route = identityOf(identity);
    const entry: Entry = {
      route,
      want: null,
      held: held(route.key),
      flight: null,
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
