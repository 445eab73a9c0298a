/** Time as the client needs it; tests give their own. */
export interface Clock {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Runs `work` once after `delayMs`; the result cancels it. */
  readonly after: (delayMs: number, work: () => void) => () => void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};
