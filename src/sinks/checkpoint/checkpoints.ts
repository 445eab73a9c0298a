import { filter, interval, map, merge, NEVER, Observable, Subject } from 'rxjs';
import type { Control } from '../../model/control.ts';
import type { Turn } from '../../model/turn.ts';
import type { BootClock } from '../../platform/boot-clock.ts';
import { CheckpointFile, type CheckpointOptions } from './checkpoint-file.ts';

/** How often the core is asked for changes. */
const ASK_MS = 250;

type Options = Omit<CheckpointOptions, 'stateDir' | 'clock'> & {
  readonly stateDir: string | null;
  readonly clock: BootClock | null;
};

export interface Checkpoints {
  /** For the core: first the checkpoint to resume, then requests for the next one. */
  readonly control$: Observable<Control>;
  /** A change is written at once, unless a checkpoint was written within the last second. */
  readonly turn: (turn: Turn) => void;
}

const noCheckpoints: Checkpoints = { control$: NEVER, turn: () => undefined };

/**
 * Saves what decisions depend on in `state_dir/checkpoint.json`, at most once a second and at the
 * stop, so that a restart resumes it.
 *
 * @param stateDir `null`: nothing is saved.
 * @param clock `null`: times of one process would mean nothing to the next.
 */
export function checkpoints({ stateDir, clock, ...rest }: Options): Checkpoints {
  if (stateDir === null || clock === null) return noCheckpoints;
  const file = new CheckpointFile({ stateDir, clock, ...rest });
  const changed$ = new Subject<void>();
  const stopped$ = new Subject<void>();
  const due$ = merge(changed$, interval(ASK_MS)).pipe(filter(() => file.mayWrite()));
  const request$ = merge(due$, stopped$).pipe(map((): Control => file.request()));
  return {
    control$: new Observable((subscriber) => {
      const checkpoint = file.load();
      if (checkpoint !== null) subscriber.next({ kind: 'resume', checkpoint });
      return request$.subscribe(subscriber);
    }),
    turn({ changes, decisions }) {
      if (decisions.some(({ cause }) => cause.kind === 'stop')) stopped$.next();
      else if (changes.length + decisions.length > 0) changed$.next();
    },
  };
}
