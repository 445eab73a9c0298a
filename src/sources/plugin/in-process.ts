import { nowMs } from '../../platform/clock.ts';
import { LogLineLimiter } from './log-line-limiter.ts';
import { asOurselves, asPlugin } from './guard-in-process.ts';
import { loadModule } from './load.ts';
import { failedEvent, type PluginSpec, type SendEvent } from './messages.ts';
import { errorReason, runObserve } from './run.ts';
import { findInstallation } from './worker-thread.ts';

/**
 * Runs a plugin in the daemon's own thread (`isolate: none`): it costs next to
 * nothing, and nothing protects the daemon from it but what is written here: a
 * throw, also a late one, or an end is told, a flood is sieved, and what it prints
 * goes to the log.
 */
export function startInProcess(spec: PluginSpec, tell: SendEvent): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const outside: SendEvent = (event) => {
    if (!signal.aborted) asOurselves(() => tell(event));
  };
  const chatter = new LogLineLimiter(nowMs, (line) => {
    outside({ kind: 'said', level: 'info', message: `printed: ${line}` });
  });
  // Later: whoever starts it has not finished its own work.
  const immediate = setImmediate(() => {
    asPlugin(
      {
        print: (text) => chatter.print(text),
        threw: (error) =>
          outside(failedEvent(`the plugin threw an error: ${errorReason(error, spec.run.module)}`)),
      },
      () => {
        const how = { spec, tell: outside, signal, onlyCheck: false };
        runObserve(() => loadModule(spec.run, findInstallation()), how).catch((error: unknown) => {
          outside(failedEvent(errorReason(error, spec.run.module)));
        });
      },
    );
  });
  return () => {
    clearImmediate(immediate);
    abort.abort();
  };
}
