/** Whether something happens for the first time to a key on behalf of an owner; as long as the owner lives. */
export class FirstTime {
  readonly #seen = new WeakMap<object, Set<string>>();

  /** True once for each pair of owner and key. */
  isFirst(owner: object, key: string): boolean {
    let keys = this.#seen.get(owner);
    if (keys === undefined) this.#seen.set(owner, (keys = new Set()));
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  }
}
