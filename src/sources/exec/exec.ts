import { exhaustMap, map, Observable, of, timeout, timer, type SchedulerLike } from 'rxjs';
import type { Config, ExecSignal } from '../../model/config.ts';
import type { Observation } from '../../model/observation.ts';
import { runChild } from '../../platform/child-run.ts';
import { eachOf } from '../../platform/each-of.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { verdictOf, type PluginVerdict } from '../../protocol/nagios.ts';

/** First runs are spread over this, so that a start does not begin all children at once. */
const FIRST_RUNS_MS = 1000;

/** What makes an exec signal run as it does; how its results settle does not. */
type ExecRun = Omit<ExecSignal, 'settle' | 'type'>;

/**
 * Runs each `exec` signal's Nagios plugin every `intervalMs`, never two of one signal at once,
 * and emits one observation for each run: at its end, or at `timeoutMs` as `lost`, when the
 * child and its process group are ended. (A plugin that hangs says nothing about what it looks
 * at; where slow means down, give the plugin a time-out of its own below ours.)
 *
 * A signal that is the same in the next configuration goes on undisturbed. Never completes
 * before `config$`; errors only where `config$` does. Unsubscribing ends all children.
 */
export function exec(
  config$: Observable<Config>,
  scheduler: SchedulerLike = monotonicScheduler,
  random: () => number = Math.random,
): Observable<Observation> {
  return eachOf(
    config$.pipe(map(runsOf)),
    ({ name }) => name,
    (run) => {
      const firstMs = random() * Math.min(run.intervalMs, FIRST_RUNS_MS);
      return timer(firstMs, run.intervalMs, scheduler).pipe(exhaustMap(() => once(run, scheduler)));
    },
  );
}

function runsOf({ signals }: Config): ExecRun[] {
  return signals.flatMap((signal) => {
    if (signal.type !== 'exec') return [];
    const { name, command, intervalMs, timeoutMs, user } = signal;
    return [{ name, command, intervalMs, timeoutMs, user }];
  });
}

function once(run: ExecRun, scheduler: SchedulerLike): Observable<Observation> {
  const { name, timeoutMs } = run;
  const startMs = scheduler.now();
  return verdict(run).pipe(
    timeout({ first: timeoutMs, scheduler, with: () => of(late(timeoutMs)) }),
    map(({ state, reason, detail }): Observation => {
      const atMs = scheduler.now();
      const seen = { signal: name, state, reason, atMs, latencyMs: atMs - startMs };
      return detail === '' ? seen : { ...seen, detail };
    }),
  );
}

/** Emits what the plugin said, once; unsubscribing ends it. */
function verdict({ command, user }: ExecRun): Observable<PluginVerdict> {
  return new Observable((subscriber) => {
    const run = runChild({ command, user }, (result) => {
      subscriber.next(verdictOf(result));
      subscriber.complete();
    });
    return () => run.cancel();
  });
}

function late(timeoutMs: number): PluginVerdict {
  return { state: 'lost', reason: `timed out after ${timeoutMs}ms`, detail: '' };
}
