/** Composition root: configuration → drivers → run. The whole flow is on this page. */
import { connect, merge, Subject, using, type Observable } from 'rxjs';
import { map, skip, takeUntil, tap } from 'rxjs/operators';
import { check } from './cli/check.ts';
import type { Command } from './cli/command.ts';
import { completion } from './cli/completion.ts';
import { demo } from './cli/demo.ts';
import { dispatch } from './cli/dispatch.ts';
import { drain, undrain } from './cli/drain.ts';
import { explain } from './cli/explain.ts';
import { help } from './cli/help.ts';
import { hook } from './cli/hook.ts';
import { importer } from './cli/import.ts';
import { journalPast } from './cli/past/read-past.ts';
import { adminApi } from './cli/admin-api.ts';
import { plugin } from './cli/plugin.ts';
import { replay } from './cli/replay.ts';
import { run } from './cli/run.ts';
import { schema } from './cli/schema.ts';
import { stalls$ } from './cli/stalls.ts';
import { status } from './cli/status.ts';
import { version } from './cli/version.ts';
import { watch } from './cli/watch.ts';
import type { FlowInputs } from './cli/flow.ts';
import { pipeline } from './core/pipeline.ts';
import type { Control } from './model/control.ts';
import type { SinkEvent, SinkFeedback } from './model/report.ts';
import type { Turn } from './model/turn.ts';
import { bootClock } from './platform/boot-clock.ts';
import { nowMs } from './platform/clock.ts';
import { hashOf } from './platform/hash.ts';
import { monotonicScheduler } from './platform/scheduler.ts';
import { agentListener } from './sinks/agent/agent.ts';
import { checkpoints } from './sinks/checkpoint/checkpoints.ts';
import { exabgp } from './sinks/exabgp/exabgp.ts';
import { ipvs } from './sinks/ipvs/ipvs.ts';
import { openTable } from './sinks/ipvs/open-table.ts';
import { journal, JOURNAL_NAME, noJournal } from './sinks/journal/journal.ts';
import { trackFiles } from './sinks/track-files/track-files.ts';
import { bfd } from './sources/bfd/bfd.ts';
import { sessionsOf } from './sources/bfd/sessions-of.ts';
import { exec } from './sources/exec/exec.ts';
import { execd } from './sources/execd/execd.ts';
import { linksOf } from './sources/link/links-of.ts';
import { link } from './sources/link/link.ts';
import { plugins } from './sources/plugin/plugins.ts';
import { probes } from './sources/probes/probes.ts';

/** Sources → observations → core → intents → sinks → events; what sinks found or did → core. */
function flow({ config$, stop$, streams, events, reload$ }: FlowInputs): Observable<SinkEvent> {
  const { stateDir } = config$.value;
  const past = stateDir === null ? null : journalPast(`${stateDir}/${JOURNAL_NAME}`);
  const api = adminApi(config$, past, events.notice, reload$);
  const { notify } = api;
  // The only way back. A sink acts, emits the event (log, stream, journal), then calls this.
  const feedback$ = new Subject<SinkFeedback>();
  const feedback = (found: SinkFeedback): void => feedback$.next(found);
  const kept = checkpoints({
    stateDir,
    maxAgeMs: config$.value.startupTimeoutMs,
    clock: bootClock(),
    nowMs,
    notify,
  });
  const control$ = merge(
    kept.control$,
    config$.pipe(
      skip(1),
      map((config): Control => ({ kind: 'config', config })),
    ),
    stop$.pipe(map((): Control => ({ kind: 'stop' }))),
    feedback$,
    api.control$,
  );

  const observation$ = merge(
    link(config$.pipe(map(linksOf)), { notify }),
    bfd(config$.pipe(map(sessionsOf)), { notify }),
    probes(config$, { notify }),
    exec(config$),
    execd(config$, { notify }),
    plugins(config$, { notify }),
  ).pipe(tap(api.observe));
  const { trace, recording } =
    stateDir === null ? noJournal : journal({ stateDir, version, hashOf, nowMs });
  const turn$ = pipeline(observation$, control$, config$.value, monotonicScheduler, trace);
  const event$ = turn$.pipe(
    tap(events.turn),
    tap(api.turn),
    tap(kept.turn),
    connect((shared$) => sinks({ config$, streams }, shared$, feedback)),
  );
  const logged$ = recording(event$).pipe(tap(events.report), tap(api.report));
  return using(
    () => merge(api.serve$, stalls$.pipe(tap(notify))).subscribe(),
    () => logged$,
  );
}

/** ExaBGP first: a withdraw is on its way before the weights of the same turn. */
function sinks(
  { config$, streams }: Pick<FlowInputs, 'config$' | 'streams'>,
  turn$: Observable<Turn>,
  feedback: (found: SinkFeedback) => void,
): Observable<SinkEvent> {
  const gone$ = new Subject<void>();
  return merge(
    exabgp(config$, turn$, streams, feedback).pipe(tap({ complete: () => gone$.next() })),
    ipvs(config$, turn$, { open: openTable, feedback, gone$ }),
    agentListener(config$, turn$).pipe(takeUntil(gone$)),
    trackFiles(config$, turn$).pipe(takeUntil(gone$)),
  );
}

const commands: readonly Command[] = [
  run(flow),
  check,
  demo(flow),
  status,
  watch,
  explain,
  drain,
  undrain,
  hook,
  importer,
  plugin,
  replay,
  schema,
  completion(() => commands),
  help(() => commands),
];

process.exitCode = await dispatch(process.argv.slice(2), commands, version);
