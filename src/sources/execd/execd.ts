import { defer, map, Observable, repeat, tap, timer, type SchedulerLike } from 'rxjs';
import type { Config } from '../../model/config.ts';
import { Pace, SettleRulesByName } from '../../model/pace.ts';
import type { Notice } from '../../model/notice.ts';
import type { Observation } from '../../model/observation.ts';
import { Backoff } from '../../platform/backoff.ts';
import { eachOf } from '../../platform/each-of.ts';
import { LatestLimiter } from '../../platform/latest-limiter.ts';
import { limitNotices } from '../../platform/notice-limiter.ts';
import { monotonicScheduler, patient } from '../../platform/scheduler.ts';
import { MALFORMED } from '../../protocol/execd-line.ts';
import { runOnce, type ExecdRun } from './child.ts';

/** The first wait between the end of a child and its next start … */
export const RESTART_MIN_MS = 1000;
/** … and the longest. */
export const RESTART_MAX_MS = 60_000;
/** A child that ran this long is restarted after the shortest wait again. */
export const RAN_WELL_MS = 60_000;

/** Between two notices of one event about one child. */
const NOTICE_PERIOD_MS = 10_000;

/** What is let through of one child. */
const OBSERVATIONS_PER_S_MAX = 100;

interface ExecdDeps {
  readonly notify: (notice: Notice) => void;
}

/**
 * Keeps the child of each `execd` signal running, and emits an observation for each line it
 * prints, and `lost` when a line is malformed, when no line came for too long, or when it ends. A
 * child that ended is logged, and started again after a wait that doubles from a second to a minute.
 *
 * At most 100 observations a second pass; of more the newest is kept and the rest is counted in
 * a notice. A signal that is the same in the next configuration goes on undisturbed. Never
 * completes before `config$`; errors only where `config$` does. Unsubscribing ends all children.
 */
export function execd(
  config$: Observable<Config>,
  deps: ExecdDeps,
  scheduler: SchedulerLike = monotonicScheduler,
): Observable<Observation> {
  return defer(() => {
    const rules = new SettleRulesByName();
    return eachOf(
      config$.pipe(tap(rules.take), map(runsOf)),
      ({ name }) => name,
      (run) =>
        limitFlood(
          keepRunning(run, new Pace(run, () => rules.of(run.name)), deps, scheduler),
          scheduler,
          (count) =>
            deps.notify({
              level: 'warn',
              event: 'execd_flood',
              message: `${run.name} sends results too fast: ${count} of them were discarded`,
            }),
        ),
    );
  });
}

/** Once for each second with more than `OBSERVATIONS_PER_S_MAX`, `report` gets how many were discarded. */
function limitFlood(
  source$: Observable<Observation>,
  timers: SchedulerLike,
  report: (discarded: number) => void,
): Observable<Observation> {
  return new Observable((subscriber) => {
    const limiter = new LatestLimiter<Observation>({
      perSecondMax: OBSERVATIONS_PER_S_MAX,
      timers,
      pass: (observation) => subscriber.next(observation),
      discarded: report,
    });
    subscriber.add(() => limiter.close());
    subscriber.add(
      source$.subscribe({
        next: (observation) => limiter.offer(observation),
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          limiter.finish();
          subscriber.complete();
        },
      }),
    );
  });
}

function runsOf({ signals }: Config): ExecdRun[] {
  return signals.flatMap((signal) => {
    if (signal.type !== 'execd') return [];
    const { name, command, trigger, user } = signal;
    const { intervalMs, fastIntervalMs, timeoutMs, staleAfterMs } = signal;
    const times = { intervalMs, fastIntervalMs, timeoutMs, staleAfterMs };
    return [{ name, command, trigger, user, ...times }];
  });
}

function keepRunning(
  run: ExecdRun,
  pace: Pace,
  { notify }: ExecdDeps,
  scheduler: SchedulerLike,
): Observable<Observation> {
  let startedMs = 0;
  let lastReason = '';
  const backoff = new Backoff({ minMs: RESTART_MIN_MS, maxMs: RESTART_MAX_MS });
  const limit = { max: 1, periodMs: NOTICE_PERIOD_MS, nowMs: () => scheduler.now() };
  const notifyLimited = limitNotices(notify, limit);
  return defer(() => {
    startedMs = scheduler.now();
    return runOnce(run, pace, patient(scheduler), (line) =>
      notifyLimited({
        level: 'warn',
        event: 'execd_stderr',
        message: `${run.name} wrote to stderr: ${line}`,
      }),
    );
  }).pipe(
    map(({ state, reason, weightPercent }): Observation => {
      lastReason = reason;
      if (reason.startsWith(MALFORMED)) {
        const message = `${run.name}: ${reason}`;
        notifyLimited({ level: 'warn', event: 'execd_malformed', message });
      }
      const observation = { signal: run.name, state, reason, atMs: scheduler.now() };
      return weightPercent === null ? observation : { ...observation, weightPercent };
    }),
    repeat({
      delay: () => {
        if (scheduler.now() - startedMs >= RAN_WELL_MS) backoff.reset();
        const delayMs = backoff.next();
        const message = `${run.name}: ${lastReason}; restarting in ${delayMs / 1000}s`;
        notify({ level: 'warn', event: 'execd_ended', message });
        return timer(delayMs, scheduler);
      },
    }),
  );
}
