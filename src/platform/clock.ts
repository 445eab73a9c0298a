/** Monotonic milliseconds since the process started: steps of the wall clock never reach us. */
export function nowMs(): number {
  return performance.now();
}
