/** Of a signal that is polled: it asks at these times, and is answered so. */
export const paced = { intervalMs: 10_000, fastIntervalMs: 2_000, timeoutMs: 9_000 };
export const countsFirst = { rise: 2, fall: 3 };
/** From this time on; nothing begins anew by it. */
export const reloadedAtMs = 36_000;
export const countsReloaded = { rise: 2, fall: 1 };

export const turns = [
  [0, 'up'],
  [2_000, 'up'],
  [12_000, 'down'],
  // What is lost makes nothing faster, and ends no row of results.
  [14_000, 'lost'],
  [24_000, 'down'],
  [26_000, 'down'],
  [36_000, 'up'],
  [38_000, 'up'],
  [48_000, 'down'],
  [58_000, 'up'],
] as const;
