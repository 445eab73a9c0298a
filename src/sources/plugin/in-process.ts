import { nowMs } from '../../platform/clock.ts';
import { LogLineLimiter } from './log-line-limiter.ts';
import { asOurselves, asPlugin } from './guard-in-process.ts';
import { loadModule } from './load.ts';
import { failedEvent, type PluginSpec, type SendEvent } from './messages.ts';
import { errorReason, runObserve } from './run.ts';
import { findInstallation } from './worker-thread.ts';

/**
 * Runs a plugin in the daemon's own thread (`isolate: none`): it costs next to
 * nothing, and the daemon is protected only from this: a throw, also a late one, or an end fails the
 * plugin alone, a flood of results is limited, and what it prints goes to the log.
 */
export function startInProcess(spec: PluginSpec, send: SendEvent): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const sendUntilAborted: SendEvent = (event) => {
    if (!signal.aborted) asOurselves(() => send(event));
  };
  const output = new LogLineLimiter(nowMs, (line) => {
    sendUntilAborted({ kind: 'logged', level: 'info', message: `printed: ${line}` });
  });
  // Later: the caller has not finished its own work.
  const immediate = setImmediate(() => {
    asPlugin(
      {
        print: (text) => output.print(text),
        threw: (error) =>
          sendUntilAborted(
            failedEvent(`the plugin threw an error: ${errorReason(error, spec.run.module)}`),
          ),
      },
      () => {
        const run = { spec, send: sendUntilAborted, signal, isCheckOnly: false };
        runObserve(() => loadModule(spec.run, findInstallation()), run).catch((error: unknown) => {
          sendUntilAborted(failedEvent(errorReason(error, spec.run.module)));
        });
      },
    );
  });
  return () => {
    clearImmediate(immediate);
    abort.abort();
  };
}
