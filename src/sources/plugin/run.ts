import type { Plugin, PluginContext, PluginLog } from '../../plugin.ts';
import { LatestLimiter } from '../../platform/latest-limiter.ts';
import { printable } from '../../protocol/printable.ts';
import { LogLineLimiter } from './log-line-limiter.ts';
import { checkDelay } from './delay.ts';
import { LOG_LINE_MAX_CHARS, OBSERVATIONS_PER_S_MAX, REASON_MAX_CHARS } from './limits.ts';
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

/** How a plugin is run: to observe, or only to see whether its options are sound. */
export interface RunHow {
  readonly spec: PluginSpec;
  readonly tell: SendEvent;
  readonly signal: AbortSignal;
  readonly isCheckOnly: boolean;
}

/** Runs what `load` gives until it ends, fails or is aborted; tells all of it and never rejects. */
export async function runObserve(load: () => unknown, how: RunHow): Promise<void> {
  const { spec, tell, signal } = how;
  const plugin = loaded(load, spec.run.module);
  if (typeof plugin === 'string') return tell(failedEvent(plugin));
  const options = optionsOf(plugin, spec.run.options);
  if ('problems' in options) {
    const { problems } = options;
    return tell({ kind: 'failed', reason: problems.map(problemText).join('; '), problems });
  }
  tell({ kind: 'started', name: printable(plugin.name, REASON_MAX_CHARS) });
  if (how.isCheckOnly) return;
  const limiter = new LatestLimiter<CheckedResult>({
    perSecondMax: OBSERVATIONS_PER_S_MAX,
    pass: (result) => tell({ kind: 'seen', result }),
    discarded: (count) => tell({ kind: 'dropped', count }),
  });
  signal.addEventListener('abort', () => limiter.close(), { once: true });
  const reason = await observed(plugin, options.value, how, limiter);
  limiter.close();
  if (!signal.aborted) tell(failedEvent(reason));
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
  how: RunHow,
  limiter: LatestLimiter<CheckedResult>,
): Promise<string> {
  const context = contextOf(how);
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
    return `the plugin threw an error: ${errorReason(error, how.spec.run.module)}`;
  }
}

function contextOf({ spec, signal, tell }: RunHow): PluginContext {
  return {
    signal,
    sleep: (delayMs) => sleep(delayMs, signal),
    log: logOf(tell),
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

/** Limited here already: whoever logs in a loop must not fill the daemon's queue of messages. */
function logOf(tell: SendEvent): PluginLog {
  const at = (level: 'info' | 'warn' | 'error'): PluginLog['info'] => {
    const chatter = new LogLineLimiter(
      () => performance.now(),
      (message, fields) =>
        tell({ kind: 'said', level, message, ...(fields === undefined ? {} : { fields }) }),
    );
    return (message: unknown, fields?: unknown) => chatter.line(String(message), plain(fields));
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** A copy that may cross threads: whatever a plugin gives, as JSON has it, and not too much of it. */
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
