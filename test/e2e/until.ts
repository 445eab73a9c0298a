import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 10;

/** What a condition may answer: `false` and `undefined` mean "not yet". */
export type Answer<T> = T | false | undefined;

/**
 * Resolves with the first answer that is neither `false` nor `undefined`.
 * After `timeoutMs` it rejects with `what` and what `explain` has to say.
 * BIRD's table, files and process lists have no events, hence the short poll.
 */
export async function until<T>(
  condition: () => Answer<T> | Promise<Answer<T>>,
  timeoutMs: number,
  what: string,
  explain: () => string | Promise<string> = () => '',
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    // Asked before the look: a process that stood still past the deadline looks once more.
    const isLast = performance.now() > deadline;
    const answer = await condition();
    if (answer !== false && answer !== undefined) return answer;
    if (isLast) break;
    await sleep(pollMs);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}\n${await explain()}`);
}
