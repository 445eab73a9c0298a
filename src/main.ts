/** Composition root: configuration → drivers → run. The whole flow is on this page. */
import { connect, merge, Subject, type Observable } from 'rxjs';
import { map, skip, tap } from 'rxjs/operators';
import { check } from './cli/check.ts';
import { dispatch } from './cli/command.ts';
import { demo } from './cli/demo.ts';
import { hook } from './cli/hook.ts';
import { importer } from './cli/import.ts';
import { replay } from './cli/replay.ts';
import { run } from './cli/run.ts';
import { schema } from './cli/schema.ts';
import { version } from './cli/version.ts';
import type { World } from './cli/world.ts';
import { feedback } from './core/feedback.ts';
import { pipeline } from './core/pipeline.ts';
import type { Control } from './model/control.ts';
import type { SinkReport } from './model/report.ts';
import type { Turn } from './model/turn.ts';
import { nowMs } from './platform/clock.ts';
import { hashOf } from './platform/hash.ts';
import { monotonicScheduler } from './platform/scheduler.ts';
import { exabgp } from './sinks/exabgp/exabgp.ts';
import { ipvs } from './sinks/ipvs/ipvs.ts';
import { openTable } from './sinks/ipvs/open.ts';
import { journal, noJournal } from './sinks/journal/journal.ts';
import { bfd } from './sources/bfd/bfd.ts';
import { sessionsOf } from './sources/bfd/sessions-of.ts';
import { linksOf } from './sources/link/links-of.ts';
import { link } from './sources/link/link.ts';
import { probes } from './sources/probes/probes.ts';

/** Sources → observations → core → intents → sinks → reports. */
function flow({ config$, stop$, streams, teller }: World): Observable<SinkReport> {
  const { notice: notify } = teller;
  // The only way back: what the sinks found and did.
  const feedback$ = new Subject<Control>();
  const control$ = merge(
    config$.pipe(
      skip(1),
      map((config): Control => ({ kind: 'config', config })),
    ),
    stop$.pipe(map((): Control => ({ kind: 'stop' }))),
    feedback$,
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
  const report$ = turn$.pipe(
    tap(teller.turn),
    connect((shared$) => sinks({ config$, streams }, shared$)),
  );

  return recording(report$).pipe(
    tap(teller.report),
    tap((report) => {
      const control = feedback(report);
      if (control !== null) feedback$.next(control);
    }),
  );
}

/** ExaBGP first: a withdraw is on its way before the weights of the same turn. */
function sinks(
  { config$, streams }: Pick<World, 'config$' | 'streams'>,
  turn$: Observable<Turn>,
): Observable<SinkReport> {
  const gone$ = new Subject<void>();
  return merge(
    exabgp(config$, turn$, streams).pipe(tap({ complete: () => gone$.next() })),
    ipvs(config$, turn$, { open: openTable, gone$ }),
  );
}

process.exitCode = await dispatch(
  process.argv.slice(2),
  [run(flow), check, demo(flow), hook, importer, replay, schema],
  version,
);
