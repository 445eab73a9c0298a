/** The state of before a restart, and since when: it counts on where the first state is the same. */
export interface Resumed<State> {
  readonly to: State;
  readonly sinceMs: number;
}

/** Since when something that becomes `to` at `atMs` is so: the time of before a restart, if it was. */
export function sinceOf<State>(resumed: Resumed<State> | null, to: State, atMs: number): number {
  return resumed?.to === to ? resumed.sinceMs : atMs;
}
