/** Composition root: configuration → drivers → run. The whole flow is on this page. */
import { merge, Subject, type Observable } from 'rxjs';
import { map, skip, tap } from 'rxjs/operators';
import { check } from './cli/check.ts';
import { dispatch } from './cli/command.ts';
import { demo } from './cli/demo.ts';
import { hook } from './cli/hook.ts';
import { replay } from './cli/replay.ts';
import { run } from './cli/run.ts';
import { schema } from './cli/schema.ts';
import { version } from './cli/version.ts';
import type { World } from './cli/world.ts';
import { pipeline } from './core/pipeline.ts';
import type { Control } from './model/control.ts';
import type { SinkReport } from './model/report.ts';
import { nowMs } from './platform/clock.ts';
import { hashOf } from './platform/hash.ts';
import { monotonicScheduler } from './platform/scheduler.ts';
import { exabgp } from './sinks/exabgp/exabgp.ts';
import { journal, noJournal } from './sinks/journal/journal.ts';
import { bfd } from './sources/bfd/bfd.ts';
import { sessionsOf } from './sources/bfd/sessions-of.ts';
import { linksOf } from './sources/link/links-of.ts';
import { link } from './sources/link/link.ts';
import { probes } from './sources/probes/probes.ts';

/** Sources → observations → core → intents → sinks → reports. */
function flow({ config$, stop$, streams, teller }: World): Observable<SinkReport> {
  const { notice: notify } = teller;
  // The only way back: what a sink found in place, for the budget of withdraws.
  const adopted$ = new Subject<Control>();
  const control$ = merge(
    config$.pipe(
      skip(1),
      map((config): Control => ({ kind: 'config', config })),
    ),
    stop$.pipe(map((): Control => ({ kind: 'stop' }))),
    adopted$,
  );

  const observation$ = merge(
    link(config$.pipe(map(linksOf)), { notify }),
    bfd(config$.pipe(map(sessionsOf)), { notify }),
    probes(config$, { notify }),
  );
  const { stateDir } = config$.value;
  const { trace, recording } =
    stateDir === null ? noJournal : journal({ stateDir, version, hashOf, nowMs });
  const turn$ = pipeline(observation$, control$, config$.value, monotonicScheduler, trace);
  const report$ = recording(exabgp(config$, turn$.pipe(tap(teller.turn)), streams));

  return report$.pipe(
    tap(teller.report),
    tap((report) => {
      if (report.kind === 'adopted') adopted$.next({ kind: 'adopted', keys: report.keys });
    }),
  );
}

process.exitCode = await dispatch(
  process.argv.slice(2),
  [run(flow), check, demo(flow), hook, replay, schema],
  version,
);
