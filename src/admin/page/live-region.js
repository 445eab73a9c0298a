/** What the page announces to screen readers (an ARIA live region): little, and never all at once. Pure. */

/** A reader needs about this long for a sentence. */
export const quietMs = 4000;
/** Names in one sentence. */
const namesMax = 3;

/** Collects changes and gives them out as one sentence at a time. */
export class LiveRegion {
  /** @type {Map<string, string>} the newest word about each name */
  #changes = new Map();
  #spokeAtMs = -Infinity;

  /** @param {import('./events.js').Entry} entry */
  add({ subject, name, to }) {
    // Single servers are too many; the service says when it matters.
    if (subject === 'signal' || subject === 'service' || subject === 'route') {
      this.#changes.set(name, to);
    }
  }

  /**
   * The next sentence; `null`: nothing, or not yet.
   *
   * @param {number} nowMs
   */
  take(nowMs) {
    if (this.#changes.size === 0 || nowMs - this.#spokeAtMs < quietMs) return null;
    const changes = [...this.#changes];
    this.#changes.clear();
    this.#spokeAtMs = nowMs;
    const said = changes.slice(0, namesMax).map(([name, state]) => `${name} is ${state}`);
    const rest = changes.length - said.length;
    return `${said.join(', ')}${rest > 0 ? ` and ${rest} more changes` : ''}.`;
  }
}
