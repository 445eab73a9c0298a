import type { Plugin, PluginContext, PluginLog } from '../../plugin.ts';
import { LatestLimiter } from '../../platform/latest-limiter.ts';
import { printable, REASON_MAX_CHARS } from '../../protocol/printable.ts';
import { LogLineLimiter } from './log-line-limiter.ts';
import { checkDelay } from './delay.ts';
import { LOG_LINE_MAX_CHARS, OBSERVATIONS_PER_S_MAX } from './limits.ts';
import {
  failedEvent,
  type CheckedResult,
  type LogFields,
  type PluginSpec,
  type SendEvent,
} from './messages.ts';
import { optionsOf, exportedPlugin, problemText } from './exported-plugin.ts';
import { iterate } from './iterate.ts';
import { checkedResult } from './checked-result.ts';
import { thrownAt } from './thrown-at.ts';

/** How long a plugin that yields too fast waits after each further value. */
const FLOOD_PAUSE_MS = 1;

/** How to run a plugin. `isCheckOnly`: only to check whether it loads and its options are valid. */
export interface RunOptions {
  readonly spec: PluginSpec;
  readonly send: SendEvent;
  readonly signal: AbortSignal;
  readonly isCheckOnly: boolean;
}

/** Runs what `load` gives until it ends, fails or is aborted; sends each event and never rejects. */
export async function runObserve(load: () => unknown, run: RunOptions): Promise<void> {
  const { spec, send, signal } = run;
  const plugin = loaded(load, spec.run.module);
  if (typeof plugin === 'string') return send(failedEvent(plugin));
  const options = optionsOf(plugin, spec.run.options);
  if ('problems' in options) {
    const { problems } = options;
    return send({ kind: 'failed', reason: problems.map(problemText).join('; '), problems });
  }
  send({ kind: 'started', name: printable(plugin.name, REASON_MAX_CHARS) });
  if (run.isCheckOnly) return;
  const limiter = new LatestLimiter<CheckedResult>({
    perSecondMax: OBSERVATIONS_PER_S_MAX,
    pass: (result) => send({ kind: 'result', result }),
    discarded: (count) => send({ kind: 'discarded', count }),
  });
  signal.addEventListener('abort', () => limiter.close(), { once: true });
  const reason = await observed(plugin, options.value, run, limiter);
  limiter.close();
  if (!signal.aborted) send(failedEvent(reason));
}

/** What was thrown, and where in the plugin, as one line. */
export function errorReason(error: unknown, module: string): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return `${printable(text, REASON_MAX_CHARS)}${thrownAt(error, module)}`;
}

function loaded(load: () => unknown, module: string): Plugin | string {
  try {
    return exportedPlugin(load());
  } catch (error) {
    return errorReason(error, module);
  }
}

/** Resolves to why it ended. */
async function observed(
  plugin: Plugin,
  options: unknown,
  run: RunOptions,
  limiter: LatestLimiter<CheckedResult>,
): Promise<string> {
  const context = contextOf(run);
  const { signal } = context;
  try {
    for await (const value of iterate(plugin.observe(options, context), signal)) {
      if (signal.aborted) break;
      const result = checkedResult(value);
      if (typeof result === 'string') return result;
      // A plugin that yields without ever waiting would keep a core busy and stop this thread's timers.
      if (!limiter.offer(result))
        await new Promise((resolve) => setTimeout(resolve, FLOOD_PAUSE_MS));
    }
    return 'the plugin ended: observe() must run until context.signal aborts';
  } catch (error) {
    return `the plugin threw an error: ${errorReason(error, run.spec.run.module)}`;
  }
}

function contextOf({ spec, signal, send }: RunOptions): PluginContext {
  return {
    signal,
    sleep: (delayMs) => sleep(delayMs, signal),
    log: logOf(send),
    address: spec.address,
    port: spec.port,
  };
}

async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  checkDelay(delayMs);
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, delayMs);
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Limited in the plugin's thread: one that logs in a loop must not fill the daemon's message queue. */
function logOf(send: SendEvent): PluginLog {
  const at = (level: 'info' | 'warn' | 'error'): PluginLog['info'] => {
    const limiter = new LogLineLimiter(
      () => performance.now(),
      (message, fields) =>
        send({ kind: 'logged', level, message, ...(fields === undefined ? {} : { fields }) }),
    );
    return (message: unknown, fields?: unknown) => limiter.line(String(message), plain(fields));
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** A bounded copy as JSON, which may cross threads. */
function plain(fields: unknown): LogFields | undefined {
  if (fields === undefined) return undefined;
  const text = jsonOf(fields);
  if (text === undefined) return { note: 'these fields are not plain data' };
  if (text.length > LOG_LINE_MAX_CHARS) return { note: printable(text, LOG_LINE_MAX_CHARS) };
  const copy: unknown = JSON.parse(text);
  return typeof copy === 'object' && copy !== null ? { ...copy } : { value: copy };
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
