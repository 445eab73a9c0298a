import { Deadlines, type Due } from '../../core/deadlines.ts';
import type { Config } from '../../model/config.ts';
import type { Observation } from '../../model/observation.ts';

interface Repeat extends Due {
  readonly intervalMs: number;
  observation: Observation;
  dueMs: number;
}

/**
 * Results that the journal does not hold, because they changed nothing under the configuration
 * it was written with: until the next one that it holds, a check went on to say the same. Under
 * another `rise` or `fall` they count, so they are made up, at the check's own pace.
 */
export class Repeats {
  readonly #byName = new Map<string, Repeat>();
  readonly #deadlines = new Deadlines<Repeat>();

  constructor(config: Config) {
    for (const { realServers } of config.services) {
      for (const { key, check } of realServers) this.#add(key, check.fastIntervalMs);
    }
    for (const signal of config.signals) {
      if ('intervalMs' in signal) this.#add(signal.name, signal.intervalMs);
    }
  }

  /** Monotonic milliseconds; Infinity where none is expected. */
  get nextMs(): number {
    return this.#deadlines.nextMs;
  }

  /** The same again, one interval later, instead of what was expected before. */
  expect(observation: Observation): void {
    const repeat = this.#byName.get(observation.signal);
    if (repeat === undefined) return;
    repeat.dueMs = observation.atMs + repeat.intervalMs;
    repeat.observation = { ...observation, atMs: repeat.dueMs };
    this.#deadlines.set(repeat, repeat.dueMs);
  }

  popDue(nowMs: number): Observation | null {
    return this.#deadlines.popDue(nowMs)?.observation ?? null;
  }

  #add(signal: string, intervalMs: number): void {
    const observation: Observation = { signal, state: 'lost', reason: '', atMs: 0 };
    this.#byName.set(signal, { intervalMs, observation, dueMs: 0, slot: -1 });
  }
}
