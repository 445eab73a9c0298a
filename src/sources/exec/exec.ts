import {
  defer,
  exhaustMap,
  map,
  Observable,
  repeat,
  tap,
  timer,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { Config, ExecSignal } from '../../model/config.ts';
import { Pace, SettleRulesByName } from '../../model/pace.ts';
import type { Observation } from '../../model/observation.ts';
import { runChild, TURN_MAX_MS } from '../../platform/child-run.ts';
import { eachOf } from '../../platform/each-of.ts';
import { monotonicScheduler, patient } from '../../platform/scheduler.ts';
import { verdictOf, type PluginVerdict } from '../../protocol/nagios.ts';

/** First runs are spread over this, so that a start does not begin all children at once. */
const FIRST_RUNS_MS = 1000;

/** The settings that a run depends on; `settle` only decides how soon the next one begins. */
type ExecRun = Omit<ExecSignal, 'settle' | 'type'>;

/**
 * Runs each `exec` signal's Nagios plugin every `intervalMs`, and every `fastIntervalMs` while its
 * results are not settled, never two of one signal at once. Emits one observation for each run: at
 * its end, or `lost` at `timeoutMs`, when the child and its process group are ended. (A plugin that
 * hangs shows nothing about the service; where slow means down, give the plugin a time-out of its own
 * below ours.) The time-out begins when the child starts: where too many want to run, each runs less
 * often, and none is ended for the time that it waited.
 *
 * A signal that is the same in the next configuration goes on undisturbed. Never completes
 * before `config$`; errors only where `config$` does. Unsubscribing ends all children.
 */
export function exec(
  config$: Observable<Config>,
  scheduler: SchedulerLike = monotonicScheduler,
  random: () => number = Math.random,
): Observable<Observation> {
  return defer(() => {
    const rules = new SettleRulesByName();
    return eachOf(
      config$.pipe(tap(rules.take), map(runsOf)),
      ({ name }) => name,
      (run) => {
        const firstMs = random() * Math.min(run.intervalMs, FIRST_RUNS_MS);
        return runs(run, new Pace(run, () => rules.of(run.name)), firstMs, scheduler);
      },
    );
  });
}

/** The first run after `firstMs`, and each other at its pace. */
function runs(
  run: ExecRun,
  pace: Pace,
  firstMs: number,
  scheduler: SchedulerLike,
): Observable<Observation> {
  return defer(() => {
    let dueMs = scheduler.now() + firstMs;
    return defer(() => timer(Math.max(0, dueMs - scheduler.now()), scheduler)).pipe(
      exhaustMap(() => once(run, scheduler)),
      tap(({ state }) => {
        pace.note(state);
        dueMs = pace.nextMs(dueMs, scheduler.now());
      }),
      repeat(),
    );
  });
}

function runsOf({ signals }: Config): ExecRun[] {
  return signals.flatMap((signal) => {
    if (signal.type !== 'exec') return [];
    const { name, command, intervalMs, fastIntervalMs, timeoutMs, user } = signal;
    return [{ name, command, intervalMs, fastIntervalMs, timeoutMs, user }];
  });
}

/** Emits the result of one run; unsubscribing ends it. */
function once(run: ExecRun, scheduler: SchedulerLike): Observable<Observation> {
  return defer(() => {
    let beganMs = scheduler.now();
    const begun = (): void => {
      beganMs = scheduler.now();
    };
    return verdict(run, begun, patient(scheduler)).pipe(
      map(({ state, reason, detail }): Observation => {
        const atMs = scheduler.now();
        const seen = { signal: run.name, state, reason, atMs, latencyMs: atMs - beganMs };
        return detail === '' ? seen : { ...seen, detail };
      }),
    );
  });
}

function verdict(
  { command, user, timeoutMs }: ExecRun,
  begun: () => void,
  scheduler: SchedulerLike,
): Observable<PluginVerdict> {
  return new Observable((subscriber) => {
    const end = (result: PluginVerdict): void => {
      subscriber.next(result);
      subscriber.complete();
    };
    const lostIn = (ms: number, reason: string): Subscription =>
      scheduler.schedule(() => end({ state: 'lost', reason, detail: '' }), ms);
    let limit = lostIn(
      TURN_MAX_MS,
      `not started within ${TURN_MAX_MS}ms: too many commands are running`,
    );
    const child = runChild(
      { command, user },
      (result) => end(verdictOf(result)),
      () => {
        limit.unsubscribe();
        limit = lostIn(timeoutMs, `timed out after ${timeoutMs}ms`);
        begun();
      },
    );
    return () => {
      limit.unsubscribe();
      child.cancel();
    };
  });
}
