import { nowMs } from './clock.ts';

/** How long work may keep everything else waiting. */
const SLICE_MS = 10;

/** Does work bit by bit, and lets everything else have its turn in between. */
export async function inSlices<T>(work: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const endMs = nowMs() + SLICE_MS;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (nowMs() < endMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
