/** Node's timers fire at once beyond this. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Throws a RangeError, which reaches the plugin, for a delay that no timer can wait for. */
export function checkDelay(delayMs: number): void {
  if (delayMs >= 0 && delayMs <= DELAY_MS_MAX) return;
  throw new RangeError(`sleep takes milliseconds from 0 to ${DELAY_MS_MAX}, found ${delayMs}`);
}
