import { Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Observation } from '../model/observation.ts';
import type { Trace } from '../model/trace.ts';
import type { Turn } from '../model/turn.ts';
import { createCore } from './create.ts';
import { observe } from './observe.ts';
import { request } from './request.ts';
import { TraceFilter } from './trace-filter.ts';
import { isFinished, nextDeadlineMs, takeTurn } from './turn.ts';

/** The longest delay of a timer: Node fires one of 2^31 ms or more at once. */
const WAIT_MAX_MS = 2 ** 31 - 1;

/**
 * Observations in, decisions out: settle → combine → decide.
 *
 * Emits one turn for all that follows from the observations of one instant, and for deadlines
 * (delays, damping, lost observers, start, budget, drain), and only where something changed.
 * Completes when a `stop` has been carried out; the end of `observation$` alone does not end
 * it. Errors only with an error of its inputs. Its only clock is `scheduler.now()`, in
 * monotonic milliseconds, the same as `atMs` of observations.
 *
 * This is one operator and not a chain of them, because observations are the hot path: 20,000
 * targets are pushed to plain functions over Maps, and one scheduled action serves every
 * deadline of them.
 *
 * @param trace receives all that the decisions depend on, in its order; `null`: it is not recorded.
 */
export function pipeline(
  observation$: Observable<Observation>,
  control$: Observable<Control>,
  config: Config,
  scheduler: SchedulerLike,
  trace: Trace | null = null,
): Observable<Turn> {
  return new Observable((subscriber) => {
    const startMs = scheduler.now();
    trace?.started(startMs, config);
    const core = createCore(config, startMs);
    const filter = new TraceFilter(core, trace);
    let turnAction: Subscription | null = null;
    let waitAction: Subscription | null = null;
    let waitUntilMs = Infinity;

    // Delay 0 comes after everything of this instant: observations of one instant are decided in one turn.
    const wantTurn = (): void => {
      turnAction ??= scheduler.schedule(turn, 0);
    };
    const turn = (): void => {
      turnAction = null;
      const nowMs = scheduler.now();
      const isDue = nextDeadlineMs(core) <= nowMs;
      const result = takeTurn(core, nowMs);
      filter.turned(nowMs, result, isDue);
      wait(nowMs);
      if (result !== null) subscriber.next(result);
      if (isFinished(core)) subscriber.complete();
    };
    const wait = (nowMs: number): void => {
      const nextMs = nextDeadlineMs(core);
      // A wait that ends too early does no harm, and most deadlines are cancelled: leave it.
      if (nextMs >= waitUntilMs) return;
      waitAction?.unsubscribe();
      waitUntilMs = nextMs;
      const delayMs = Math.min(Math.max(nextMs - nowMs, 0), WAIT_MAX_MS);
      waitAction = scheduler.schedule(() => {
        waitUntilMs = Infinity;
        wantTurn();
      }, delayMs);
    };

    subscriber.add(() => {
      turnAction?.unsubscribe();
      waitAction?.unsubscribe();
    });
    wantTurn();
    subscriber.add(
      control$.subscribe({
        next: (control) => {
          const nowMs = scheduler.now();
          filter.requested(nowMs, control);
          if (request(core, control, nowMs)) wantTurn();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
    subscriber.add(
      observation$.subscribe({
        next: (observation) => {
          if (!observe(core, observation)) return;
          filter.observed(observation);
          wantTurn();
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  });
}
