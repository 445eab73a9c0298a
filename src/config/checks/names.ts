import { nearest } from '../suggest.ts';
import type { Loose } from '../loose.ts';
import type { Report } from '../problems.ts';
import type { ConfigFile } from '../schema.ts';

/** Comparing a name with all others has a price: the first slips are explained best. */
const suggestionsMax = 100;

/** Everything a rule may name. A faulty signal still has its name, so references to it hold. */
export class Names {
  readonly #names: ReadonlySet<string>;
  #suggestions = 0;

  constructor(file: Loose<ConfigFile>) {
    this.#names = new Set([
      ...Object.keys(file.signals ?? {}),
      ...Object.keys(file.services ?? {}),
    ]);
  }

  /** Why `name` cannot be referred to, or `null` where it can. */
  whyUnknown(name: string): string | null {
    if (this.#names.has(name)) return null;
    this.#suggestions += 1;
    const near = this.#suggestions <= suggestionsMax ? nearest(name, this.#names) : null;
    const hint = near === null ? 'define it, or take it out' : `did you mean "${near}"?`;
    return `no signal or service has the name "${name}": ${hint}`;
  }
}

/** One name means one thing: a signal and a service share one space. */
export function checkSharedNames(file: Loose<ConfigFile>, report: Report): void {
  const signals = new Set(Object.keys(file.signals ?? {}));
  for (const name of Object.keys(file.services ?? {})) {
    if (!signals.has(name)) continue;
    report(['services', name], `a signal has the name "${name}" too: rename one of them`, 'key');
  }
}
