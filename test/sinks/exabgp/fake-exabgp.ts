/**
 * ExaBGP's outgoing side as 4.2.21 has it: pending changes are kept by their
 * attributes and flushed group by group, whatever order they came in.
 */
export class FakeExabgp {
  /** What the peer has: prefix to attributes. */
  readonly peer = new Map<string, string>();
  readonly #queue: string[] = [];
  readonly #adjRibOut = new Map<string, string>();
  readonly #newest = new Map<string, string>();
  readonly #groups = new Map<string, Map<string, 'announce' | 'withdraw'>>();

  get busy(): boolean {
    return this.#queue.length > 0 || this.#groups.size > 0;
  }

  get unread(): number {
    return this.#queue.length;
  }

  adjRibOut(): ReadonlyMap<string, string> {
    return this.#adjRibOut;
  }

  write(lines: readonly string[]): void {
    this.#queue.push(...lines);
  }

  /** Takes in one line. `refuse` and `ignore`: nothing happens but `error`, or not even that. */
  readLine(behavior: 'obey' | 'refuse' | 'ignore'): readonly ('done' | 'error' | 'header')[] {
    const line = this.#queue.shift();
    if (line === undefined) return [];
    if (line.startsWith('show')) return ['header', 'done'];
    if (behavior === 'refuse') return ['error'];
    if (behavior === 'ignore') return [];
    this.#apply(line);
    return ['done'];
  }

  /** Sends everything pending. Returns what is reported as sent, in the order it went out. */
  flush(): readonly { prefix: string; attributes: string | null }[] {
    const sent: { prefix: string; attributes: string | null }[] = [];
    for (const [attributes, changes] of this.#groups)
      for (const [prefix, kind] of changes) {
        if (kind === 'announce') this.peer.set(prefix, attributes);
        else this.peer.delete(prefix);
        sent.push({ prefix, attributes: kind === 'announce' ? attributes : null });
      }
    this.#groups.clear();
    this.#newest.clear();
    return sent;
  }

  #apply(line: string): void {
    const match =
      /^(announce|withdraw) (?:route (\S+) next-hop self(.*)|attributes next-hop self(.*) nlri (.*))$/u.exec(
        line,
      );
    if (match === null) throw new Error(`ExaBGP would not understand: ${line}`);
    const [, verb, single, singleTail, manyTail, many] = match;
    const prefixes = single === undefined ? (many ?? '').split(' ') : [single];
    const attributes = (singleTail ?? manyTail ?? '').trim();
    for (const prefix of prefixes)
      if (verb === 'announce') this.#announce(prefix, attributes);
      else this.#withdraw(prefix);
  }

  #announce(prefix: string, attributes: string): void {
    if (this.#adjRibOut.get(prefix) === attributes) return;
    this.#adjRibOut.set(prefix, attributes);
    this.#pend(prefix, attributes, 'announce');
  }

  #withdraw(prefix: string): void {
    const newest = this.#newest.get(prefix);
    if (newest !== undefined) this.#groups.get(newest)?.delete(prefix);
    this.#adjRibOut.delete(prefix);
    this.#pend(prefix, '', 'withdraw');
  }

  #pend(prefix: string, attributes: string, kind: 'announce' | 'withdraw'): void {
    let group = this.#groups.get(attributes);
    if (group === undefined) this.#groups.set(attributes, (group = new Map()));
    group.set(prefix, kind);
    this.#newest.set(prefix, attributes);
  }
}
