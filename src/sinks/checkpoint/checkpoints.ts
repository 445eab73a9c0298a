import { filter, interval, map, merge, NEVER, Observable, Subject } from 'rxjs';
import type { Control } from '../../model/control.ts';
import type { Turn } from '../../model/turn.ts';
import type { BootClock } from '../../platform/boot-clock.ts';
import { CheckpointFile, type CheckpointOptions } from './checkpoint-file.ts';

/** How often it is looked whether there is something to write. */
const LOOK_MS = 250;

type Options = Omit<CheckpointOptions, 'stateDir' | 'clock'> & {
  readonly stateDir: string | null;
  readonly clock: BootClock | null;
};

export interface Checkpoints {
  /** For the core, ahead of all else: what to resume, and then questions for what to keep. */
  readonly control$: Observable<Control>;
  /** Something happened: it is written at once, unless something was within the last second. */
  readonly turn: (turn: Turn) => void;
}

const noCheckpoints: Checkpoints = { control$: NEVER, turn: () => undefined };

/**
 * Keeps in `state_dir/checkpoint.json` what decisions depend on, so that a restart forgets none
 * of it: at most once a second, and at the stop.
 *
 * @param stateDir `null`: nothing is kept.
 * @param clock `null`: times of one process would mean nothing to the next.
 */
export function checkpoints({ stateDir, clock, ...rest }: Options): Checkpoints {
  if (stateDir === null || clock === null) return noCheckpoints;
  const file = new CheckpointFile({ stateDir, clock, ...rest });
  const changed$ = new Subject<void>();
  const stopped$ = new Subject<void>();
  const due$ = merge(changed$, interval(LOOK_MS)).pipe(filter(() => file.mayWrite()));
  const question$ = merge(due$, stopped$).pipe(map((): Control => file.question()));
  return {
    control$: new Observable((subscriber) => {
      const checkpoint = file.load();
      if (checkpoint !== null) subscriber.next({ kind: 'resume', checkpoint });
      return question$.subscribe(subscriber);
    }),
    turn({ changes, decisions }) {
      if (decisions.some(({ cause }) => cause.kind === 'stop')) stopped$.next();
      else if (changes.length + decisions.length > 0) changed$.next();
    },
  };
}
