/** The test kit for authors of plugins: `import { runPlugin } from 'routevane/plugin-test'`. */
import type { Plugin, PluginContext } from './plugin.ts';
import { checkDelay } from './sources/plugin/delay.ts';
import { optionsOf, exportedPlugin, problemText } from './sources/plugin/exported-plugin.ts';
import type { CheckedResult } from './sources/plugin/messages.ts';
import { checkedResult } from './sources/plugin/checked-result.ts';
import { iterate } from './sources/plugin/iterate.ts';

export interface TestOptions {
  /** As the configuration would give them; default none. */
  readonly options?: unknown;
  /** How long the plugin runs, in virtual milliseconds; default 60,000. 0: up to its first sleep. */
  readonly forMs?: number;
  /** Address of the real server to check; default `null`, as in a signal. */
  readonly address?: string;
  /** Port of the real server to check; default `null`, as in a signal. */
  readonly port?: number;
}

/** A result of the plugin, checked and cut as the daemon does it. */
export interface SeenResult {
  /** Virtual milliseconds since the start. */
  readonly atMs: number;
  readonly state: 'up' | 'down';
  /** At most 200 characters; empty while up. */
  readonly reason: string;
  /** A whole number from 0 to 100; left out: the whole weight. */
  readonly weightPercent?: number;
  /** At most 1,000 characters. */
  readonly detail?: string;
}

/** @deprecated since 0.2: the old name of `SeenResult`, removed in 0.3. */
export type SeenSight = SeenResult;

/** What a plugin did in the time of its test. */
export interface TestResult {
  /** Its results, in their order, without the daemon's limit of 100 a second. */
  readonly seen: readonly SeenResult[];
  /**
   * Why the daemon would call it `lost` and start it again: refused options, an error, its end, a
   * result such as `up({ weightPercent: 150 })`. `null`: it was still running.
   */
  readonly lost: string | null;
  /** What it logged, whole and without a limit. */
  readonly log: readonly {
    readonly level: 'info' | 'warn' | 'error';
    readonly message: string;
    /** `{}` where it gave none. */
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

/** A plugin that neither sleeps nor ends for so long, in real time, waits for something real. */
const IDLE_MAX_MS = 5_000;
/** A plugin that yields so often without sleeping never ends, and virtual time stands still. */
const YIELDS_MAX = 10_000;
const DEFAULT_FOR_MS = 60_000;

/**
 * Runs a plugin on virtual time: each of its sleeps ends as soon as nothing else is to be done, so
 * that an hour takes milliseconds. What it reads, runs and connects to is real: point its options at
 * files and servers of the test. `stale_after` does not apply.
 *
 * @param plugin the default export of its module.
 * @param options what it gets, and for how long it runs.
 * @returns what it yielded and logged. A plugin that fails, or refuses its options, is a result,
 *   too: `lost` says why.
 * @throws Error (it rejects) where the plugin waits for 5 s of real time, or yields 10,000 times,
 *   without sleeping.
 * @example
 * const { seen, lost } = await runPlugin(plugin, { options: { path: '/' }, forMs: 60_000 });
 * assert.equal(lost, null);
 * assert.ok(seen.every(({ state }) => state === 'up'));
 */
export async function runPlugin<Options>(
  plugin: Plugin<Options>,
  { options: given, forMs = DEFAULT_FOR_MS, address, port }: TestOptions = {},
): Promise<TestResult> {
  const seen: SeenResult[] = [];
  const log: TestResult['log'][number][] = [];
  const known = exportedPlugin(plugin);
  if (typeof known === 'string') return { seen, log, lost: known };
  const options = optionsOf(known, given);
  if ('problems' in options) {
    return { seen, log, lost: options.problems.map(problemText).join('; ') };
  }

  const time = new VirtualTime();
  const abort = new AbortController();
  const at = (level: 'info' | 'warn' | 'error'): PluginContext['log']['info'] => {
    return (message, fields = {}) => log.push({ level, message, fields });
  };
  const context: PluginContext = {
    signal: abort.signal,
    sleep: (delayMs) => time.sleep(delayMs, abort.signal),
    log: { info: at('info'), warn: at('warn'), error: at('error') },
    address: address ?? null,
    port: port ?? null,
  };
  let lost: string | null = null;
  let yields = { atMs: 0, count: 0 };
  const see = (result: CheckedResult): void => {
    const atMs = time.nowMs;
    seen.push({ atMs, ...result });
    yields = { atMs, count: yields.atMs === atMs ? yields.count + 1 : 1 };
    if (yields.count >= YIELDS_MAX) abort.abort();
  };
  const run = async (): Promise<void> => {
    const reason = await follow(known, options.value, context, see);
    if (!abort.signal.aborted) lost = reason;
    time.end();
  };
  const running = run();
  await time.pass(forMs);
  if (abort.signal.aborted)
    throw new Error(`the plugin yielded ${YIELDS_MAX} times without sleeping`);
  abort.abort();
  await Promise.race([running, new Promise(setImmediate)]);
  return { seen, log, lost };
}

async function follow(
  plugin: Plugin,
  options: unknown,
  context: PluginContext,
  see: (result: CheckedResult) => void,
): Promise<string> {
  try {
    for await (const value of iterate(plugin.observe(options, context), context.signal)) {
      if (context.signal.aborted) break;
      const result = checkedResult(value);
      if (typeof result === 'string') return result;
      see(result);
    }
    return 'the plugin ended';
  } catch (error) {
    return `the plugin threw an error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Advances to the end of the next sleep once one has begun. */
class VirtualTime {
  nowMs = 0;
  readonly #sleepers = new Set<Sleeper>();
  #isOver = false;
  #changed: () => void = () => {};

  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    checkDelay(delayMs);
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const aborted = (): void => reject(new Error('aborted'));
      const wake = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      this.#sleepers.add({ untilMs: this.nowMs + delayMs, wake });
      signal.addEventListener('abort', aborted, { once: true });
      this.#changed();
    });
  }

  /** Nobody will sleep any more. */
  end(): void {
    this.#isOver = true;
    this.#changed();
  }

  /** Resolves when `forMs` have passed, or it is over. */
  async pass(forMs: number): Promise<void> {
    for (;;) {
      await this.#somebodySleeps();
      const [next] = [...this.#sleepers].toSorted((a, b) => a.untilMs - b.untilMs);
      if (this.#isOver || next === undefined || next.untilMs > forMs) return;
      this.#sleepers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.untilMs);
      next.wake();
      // Whoever woke up goes on first.
      await new Promise(setImmediate);
    }
  }

  async #somebodySleeps(): Promise<void> {
    if (this.#isOver || this.#sleepers.size > 0) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the plugin did not sleep for ${IDLE_MAX_MS} ms: what does it wait for?`));
      }, IDLE_MAX_MS);
      this.#changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
