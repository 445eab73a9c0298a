import type { CheckResults, Subscribable } from '../../plugin.ts';
import { OBSERVATIONS_PER_S_MAX } from './limits.ts';

/** What `observe` returned, as something to iterate over until the signal aborts. Throws where it is neither. */
export function iterate(results: CheckResults, signal: AbortSignal): AsyncIterable<unknown> {
  if (typeof results === 'object' && results !== null) {
    if (Symbol.asyncIterator in results) return results;
    if (typeof results.subscribe === 'function') return observableValues(results, signal);
  }
  throw new TypeError('observe returned neither an async iterable nor an Observable');
}

/** An Observable's values: the newest ones, where they come faster than they are taken. */
async function* observableValues(
  results: Subscribable<unknown>,
  signal: AbortSignal,
): AsyncGenerator {
  const waiting = new Waiting();
  const subscription = results.subscribe({
    next: (value) => waiting.push(value),
    error: (error) => waiting.end({ error }),
    complete: () => waiting.end({}),
  });
  const aborted = (): void => waiting.end({});
  signal.addEventListener('abort', aborted, { once: true });
  try {
    for (;;) {
      const values = waiting.take();
      yield* values;
      if (values.length > 0) continue;
      const { ending } = waiting;
      if (ending !== null && 'error' in ending) throw ending.error;
      if (ending !== null) return;
      await waiting.change();
    }
  } finally {
    signal.removeEventListener('abort', aborted);
    subscription.unsubscribe();
  }
}

interface Ending {
  readonly error?: unknown;
}

/** Values between the one who pushes them and the one who takes them; bounded. */
class Waiting {
  #values: unknown[] = [];
  #wake: (() => void) | null = null;
  ending: Ending | null = null;

  push(value: unknown): void {
    if (this.#values.length >= OBSERVATIONS_PER_S_MAX) this.#values.shift();
    this.#values.push(value);
    this.#wake?.();
  }

  end(ending: Ending): void {
    this.ending ??= ending;
    this.#wake?.();
  }

  take(): readonly unknown[] {
    const values = this.#values;
    this.#values = [];
    return values;
  }

  /** Resolves at the next value, or the end. */
  async change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}
