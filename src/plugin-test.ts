/** The test kit for authors of plugins: `import { runPlugin } from 'routevane/plugin-test'`. */
import type { Plugin, PluginContext } from './plugin.ts';
import { checkDelay } from './sources/plugin/delay.ts';
import { optionsOf, exportedPlugin, problemText } from './sources/plugin/exported-plugin.ts';
import type { CheckedResult } from './sources/plugin/messages.ts';
import { checkedResult } from './sources/plugin/checked-result.ts';
import { iterate } from './sources/plugin/iterate.ts';

export interface TestOptions {
  /** As the configuration would give them. */
  readonly options?: unknown;
  /** How long the plugin runs, in virtual milliseconds; default a minute. */
  readonly forMs?: number;
  /** The real server to look at, for a plugin that is one's check. */
  readonly address?: string;
  readonly port?: number;
}

export interface SeenResult {
  /** Virtual milliseconds since the start. */
  readonly atMs: number;
  readonly state: 'up' | 'down';
  /** Empty while up. */
  readonly reason: string;
  readonly weightPercent?: number;
  readonly detail?: string;
}

export interface TestResult {
  readonly seen: readonly SeenResult[];
  /** Why the daemon would call it `lost` and start it again; `null`: it was still running. */
  readonly lost: string | null;
  readonly log: readonly {
    readonly level: 'info' | 'warn' | 'error';
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

/** A plugin that neither sleeps nor ends for so long, in real time, waits for something else. */
const IDLE_MAX_MS = 5_000;
/** One that yields so often without sleeping would go on for ever, and no time would pass. */
const YIELDS_MAX = 10_000;
const DEFAULT_FOR_MS = 60_000;

/**
 * Runs a plugin on virtual time: each of its sleeps ends as soon as there is
 * nothing else to do, so that an hour takes milliseconds. What it reads, runs
 * and asks is real: point its options at files and servers of the test.
 * Rejects where the plugin waits for 5 s of real time, or yields 10,000 times, without sleeping.
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

/** Goes on to the next sleeper's time as soon as somebody sleeps. */
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
