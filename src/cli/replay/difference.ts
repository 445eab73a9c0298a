import type { Decided } from './decided.ts';

/** Decisions of one side that are kept to be compared. */
const DECISIONS_MAX = 2_000_000;

/** With another configuration turns are on time, and the daemon's were late by its timers. */
export const LATENESS_MAX_MS = 100;

export type Difference =
  | { readonly side: 'recorded'; readonly decided: Decided }
  | { readonly side: 'replayed'; readonly decided: Decided };

/** Decisions of one side, by what they are about. */
export class Decisions {
  readonly byKey = new Map<string, Decided[]>();
  #count = 0;

  add(decided: Decided): void {
    this.#count += 1;
    if (this.#count > DECISIONS_MAX) {
      throw new RangeError(`more than ${DECISIONS_MAX} decisions: replay a part of the journal`);
    }
    const key = `${decided.kind} ${decided.key}`;
    const list = this.byKey.get(key);
    if (list === undefined) this.byKey.set(key, [decided]);
    else list.push(decided);
  }
}

/**
 * What only one of the two decided, in the order of time. The same decision at most `withinMs`
 * apart is none.
 */
export function differences(
  recorded: Decisions,
  replayed: Decisions,
  withinMs: number,
): readonly Difference[] {
  const keys = new Set([...recorded.byKey.keys(), ...replayed.byKey.keys()]);
  return [...keys]
    .flatMap((key) =>
      compare(recorded.byKey.get(key) ?? [], replayed.byKey.get(key) ?? [], withinMs),
    )
    .toSorted((a, b) => a.decided.wallMs - b.decided.wallMs);
}

function compare(
  recorded: readonly Decided[],
  replayed: readonly Decided[],
  withinMs: number,
): readonly Difference[] {
  const found: Difference[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = recorded[i];
    const right = replayed[j];
    if (left === undefined && right === undefined) return found;
    if (left !== undefined && right !== undefined && isSame(left, right, withinMs)) {
      i += 1;
      j += 1;
    } else if (right === undefined || (left !== undefined && left.wallMs <= right.wallMs)) {
      if (left !== undefined) found.push({ side: 'recorded', decided: left });
      i += 1;
    } else {
      found.push({ side: 'replayed', decided: right });
      j += 1;
    }
  }
}

function isSame(a: Decided, b: Decided, withinMs: number): boolean {
  if (a.to !== b.to || Math.abs(a.wallMs - b.wallMs) > withinMs) return false;
  return withinMs > 0 || a.because === b.because;
}
