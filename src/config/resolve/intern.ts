/** Keeps one object for all that are equal: 20,000 servers mostly share one check. */
export class Interned<T> {
  readonly #kept = new Map<string, T>();

  /** The object made for an equal `description` before, or a new one. */
  of(description: unknown, make: () => T): T {
    const key = JSON.stringify(description);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const made = make();
    this.#kept.set(key, made);
    return made;
  }
}
