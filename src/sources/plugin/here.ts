import { nowMs } from '../../platform/clock.ts';
import { Chatter } from './chatter.ts';
import { asOurselves, asPlugin } from './guard-here.ts';
import { loadModule } from './load.ts';
import { failed, type PluginSpec, type Tell } from './messages.ts';
import { reasonOf, runPlugin } from './run.ts';
import { findInstallation } from './worker-thread.ts';

/**
 * Runs a plugin in the daemon's own thread (`isolate: none`): it costs next to
 * nothing, and nothing protects the daemon from it but what is written here: a
 * throw, also a late one, or an end is told, a flood is sieved, and what it prints
 * goes to the log.
 */
export function startHere(spec: PluginSpec, tell: Tell): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const outside: Tell = (event) => {
    if (!signal.aborted) asOurselves(() => tell(event));
  };
  const chatter = new Chatter(nowMs, (line) => {
    outside({ kind: 'said', level: 'info', message: `printed: ${line}` });
  });
  // Later: whoever starts it has not finished its own work.
  const immediate = setImmediate(() => {
    asPlugin(
      {
        print: (text) => chatter.print(text),
        threw: (error) =>
          outside(failed(`the plugin threw an error: ${reasonOf(error, spec.run.module)}`)),
      },
      () => {
        const how = { spec, tell: outside, signal, onlyCheck: false };
        runPlugin(() => loadModule(spec.run, findInstallation()), how).catch((error: unknown) => {
          outside(failed(reasonOf(error, spec.run.module)));
        });
      },
    );
  });
  return () => {
    clearImmediate(immediate);
    abort.abort();
  };
}
