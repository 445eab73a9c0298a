/** Beyond it a timer of Node's would ring at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Throws what a plugin is told that sleeps for no time there is. */
export function checkDelay(delayMs: number): void {
  if (delayMs >= 0 && delayMs <= DELAY_MS_MAX) return;
  throw new RangeError(`sleep takes milliseconds from 0 to ${DELAY_MS_MAX}, found ${delayMs}`);
}
