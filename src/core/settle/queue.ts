import type { Observation } from '../../model/observation.ts';
import type { Writable } from '../writable.ts';
import type { Target } from './target.ts';

/** Results of one target within one turn; of more than these only the newest count. */
const QUEUE_MAX = 256;

type Queued = Writable<Target, 'queue'>;

/** Keeps an observation for the coming turn. */
export function enqueue(target: Queued, observation: Observation): void {
  const { queue } = target;
  if (queue === null) {
    target.queue = [observation];
    return;
  }
  if (queue.length === QUEUE_MAX) queue.shift();
  queue.push(observation);
}

/** The observations of this instant, oldest first; the queue is empty afterwards. */
export function takeQueue(target: Queued): readonly Observation[] {
  const { queue } = target;
  if (queue === null) return [];
  target.queue = null;
  return queue;
}
