/** How long to wait before the next try to connect. Pure. */

const firstMs = 250;
const maxMs = 10_000;

/**
 * Doubles with each try up to ten seconds; a quarter of it is chance, so that the pages of a
 * whole team do not come back at the same instant.
 *
 * @param {number} attempt 0 for the first try after a loss
 * @param {number} chance 0 … 1
 */
export function retryDelayMs(attempt, chance) {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 10));
  return Math.round(fullMs * (0.75 + chance / 4));
}
