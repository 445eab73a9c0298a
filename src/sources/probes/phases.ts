/** A set-up of few targets has its first results at once: one first probe each millisecond. */
const FIRST_PROBE_SPACING_MS = 1;
/** Every target is probed for the first time within this. */
export const FIRST_PROBES_MAX_MS = 1000;

/** Targets with at least this interval … */
const SLOW_INTERVAL_MS = 10_000;
/** … share their wake-ups: half the CPU of 5,000 of them, measured, is waking for two or three. */
const SLOW_GRAIN_MS = 50;

/**
 * One place for each of `count` targets, 0 ≤ place < 1, evenly spread and in
 * random order: neighbours in the file, often one machine, are not probed
 * together, and no moment gets more than its share.
 */
export function shuffledPlaces(count: number, random: () => number): number[] {
  const places = Array.from({ length: count }, (_, index) => (index + random()) / count);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [places[last], places[other]];
    if (a === undefined || b === undefined) throw new Error('bug: random() is not below 1');
    places[last] = b;
    places[other] = a;
  }
  return places;
}

/** How long the first probes of `count` new targets take altogether. */
export function firstProbesMs(count: number, intervalMs: number): number {
  return Math.min(intervalMs, FIRST_PROBES_MAX_MS, count * FIRST_PROBE_SPACING_MS);
}

/**
 * When a settled target is probed next: at its own phase of the interval, which
 * it keeps for ever, so that a stall bunches nothing. A probe that lasted until
 * its next turn or beyond is followed at once.
 */
export function nextPhaseMs(
  phaseMs: number,
  intervalMs: number,
  startedAtMs: number,
  nowMs: number,
): number {
  const latestMs = phaseMs + Math.floor((nowMs - phaseMs) / intervalMs) * intervalMs;
  const turnMs = latestMs > startedAtMs ? latestMs : latestMs + intervalMs;
  if (intervalMs < SLOW_INTERVAL_MS) return turnMs;
  return Math.ceil(turnMs / SLOW_GRAIN_MS) * SLOW_GRAIN_MS;
}
