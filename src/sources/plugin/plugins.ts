import { isDeepStrictEqual } from 'node:util';
import { defer, finalize, ignoreElements, merge, Subject, tap, type Observable } from 'rxjs';
import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import type { Observation } from '../../model/observation.ts';
import { nowMs } from '../../platform/clock.ts';
import { startInProcess } from './in-process.ts';
import { PluginSupervisor, type SupervisorDeps } from './supervisor.ts';
import { STARTS_AT_ONCE_MAX } from './limits.ts';
import type { PluginSpec, Start } from './messages.ts';
import { Watchdog } from './watchdog.ts';
import { StartSlots } from './start-slots.ts';
import { startWorker } from './worker-thread.ts';

/**
 * Runs every plugin of the newest configuration, and emits their results, at
 * most 100 a second of each; `lost` with the reason where one fails, ends or
 * yields nothing for too long: it is started again. A plugin that is
 * the same in the next configuration goes on undisturbed.
 *
 * Never completes, and errors only where `config$` does. Unsubscribing ends all
 * plugins; those that do not end by themselves are killed after a second.
 */
export function plugins(
  config$: Observable<Config>,
  deps: { readonly notify: (notice: Notice) => void; readonly start?: Start },
): Observable<Observation> {
  return defer(() => {
    const observation$ = new Subject<Observation>();
    const supervisors = new Map<string, PluginSupervisor>();
    const supervisorDeps: SupervisorDeps = {
      nowMs,
      start: deps.start ?? starter(new Watchdog()),
      starts: new StartSlots(STARTS_AT_ONCE_MAX),
      emit: (observation) => observation$.next(observation),
      notify: deps.notify,
    };
    const reconciled$ = config$.pipe(
      tap((config) => reconcile(supervisors, specsOf(config), supervisorDeps)),
      ignoreElements(),
    );
    return merge(observation$, reconciled$).pipe(
      finalize(() => {
        for (const supervisor of supervisors.values()) supervisor.close();
      }),
    );
  });
}

/** Every plugin that a configuration names: signals first, then checks of real servers. */
export function specsOf(config: Config): PluginSpec[] {
  const signals = config.signals.flatMap((signal) =>
    signal.type === 'plugin'
      ? [{ key: signal.name, run: signal.plugin, address: null, port: null }]
      : [],
  );
  const checks = config.services.flatMap((service) =>
    service.realServers.flatMap(({ key, address, port, check }) =>
      check.type === 'plugin'
        ? [{ key, run: check.plugin, address, port: check.port ?? port }]
        : [],
    ),
  );
  return [...signals, ...checks];
}

function starter(watchdog: Watchdog): Start {
  return (spec, send) =>
    spec.run.isolate === 'worker'
      ? startWorker(spec, send, { watchdog })
      : startInProcess(spec, send);
}

function reconcile(
  supervisors: Map<string, PluginSupervisor>,
  specs: readonly PluginSpec[],
  deps: SupervisorDeps,
): void {
  const wanted = new Map(specs.map((spec) => [spec.key, spec]));
  for (const [key, supervisor] of supervisors) {
    if (isDeepStrictEqual(supervisor.spec, wanted.get(key))) wanted.delete(key);
    else {
      supervisor.close();
      supervisors.delete(key);
    }
  }
  for (const [key, spec] of wanted) supervisors.set(key, new PluginSupervisor(spec, deps));
}
