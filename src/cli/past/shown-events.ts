import type { Drain } from '../../model/drain.ts';
import type { PastClock, PastEvent, PastSpan } from '../../model/past.ts';
import type { Problems } from './problems.ts';
import { parsePast, recordedValue, type PastRecord } from './record.ts';
import type { Candidate, Scan } from './scan.ts';

/** A drain that is recorded this long after its begin is one of an earlier process, taken up again. */
const BEGUN_MAX_MS = 1000;

/** Gives out what the lines of a journal show of a span, oldest first. */
export class ShownEvents {
  readonly #span: PastSpan;
  readonly #take: (event: PastEvent, clock: PastClock) => void;
  readonly #problems: Problems;
  readonly #drains = new Map<string, Drain>();

  constructor(
    span: PastSpan,
    take: (event: PastEvent, clock: PastClock) => void,
    problems: Problems,
  ) {
    this.#span = span;
    this.#take = take;
    this.#problems = problems;
  }

  show({ text, clock, isKnown, number }: Candidate, scan: Scan): void {
    const value = recordedValue(text);
    const record = value === undefined ? null : parsePast(value);
    if (record === null) return this.#problems.add(`${scan.at(number)}: not a record of a journal`);
    const event = this.#eventOf(record);
    if (event === null || isKnown) return;
    const wallMs = clock.wallMs + (timeOf(event) - clock.atMs);
    const { fromWallMs, toWallMs } = this.#span;
    if (wallMs >= fromWallMs && wallMs <= toWallMs) this.#take(event, clock);
  }

  #eventOf(record: PastRecord): PastEvent | null {
    if (record.kind !== 'control') return record;
    const { control, atMs } = record;
    if (control.kind === 'drain') {
      const { drain } = control;
      this.#drains.set(drain.name, drain);
      if (atMs - drain.sinceMs > BEGUN_MAX_MS) return null;
      return { kind: 'drain', change: 'begun', drain, by: drain.owner, atMs };
    }
    const { name, owner } = control;
    const begun = this.#drains.get(name);
    const drain = begun ?? { name, owner, reason: '', untilMs: null, sinceMs: atMs };
    this.#drains.delete(name);
    return { kind: 'drain', change: 'ended', drain, by: owner, atMs };
  }
}

function timeOf(event: PastEvent): number {
  switch (event.kind) {
    case 'health':
      return event.change.atMs;
    case 'decision':
      return event.decision.atMs;
    case 'action':
      return event.report.atMs;
    case 'drain':
      return event.atMs;
    default:
      return event satisfies never;
  }
}
