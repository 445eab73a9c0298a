import type { Drain } from '../../model/drain.ts';
import type { PastClock, PastEvent } from '../../model/past.ts';
import { parseHead, parsePast, type PastRecord } from './record.ts';

/** Enough of a line for the expressions below. */
const beginMaxChars = 120;
const kindOf = /^\{"kind":"([a-z]+)"/u;
const drainControl = /^\{"kind":"control","atMs":[-+.\de]+,"control":\{"kind":"(?:un)?drain"/u;

/** A drain that is recorded this long after its begin is one of an earlier process, taken up again. */
const begunMaxMs = 1000;

/** Lines that are recorded for a replay, and show nothing. */
const unshown: ReadonlySet<string> = new Set([
  'observation',
  'turn',
  'weight',
  'control',
  'known',
  'continued',
  'dropped',
]);

interface Span {
  readonly fromWallMs: number;
  readonly toWallMs: number;
}

/** Takes a journal line by line and gives out what the last hour shows of it. */
export class PastReader {
  readonly #span: Span;
  readonly #take: (event: PastEvent, clock: PastClock) => void;
  readonly #drains = new Map<string, Drain>();
  /** The line that is read. */
  #place = { path: '', number: 0 };
  /** `null`: of another format, or nobody knows the time of what follows. */
  #clock: PastClock | null = null;
  #isForeign = false;
  /** Within the head of a file that goes on: what is there happened before. */
  #isInHead = false;
  /** The last line was none: a process may have ended while it wrote it. */
  #doubt: string | null = null;
  #first = '';
  #count = 0;

  constructor(span: Span, take: (event: PastEvent, clock: PastClock) => void) {
    this.#span = span;
    this.#take = take;
  }

  /** What had to be left out, in words; `null`: nothing. */
  problem(): string | null {
    this.#settleDoubt();
    if (this.#count === 0) return null;
    const more = this.#count === 1 ? '' : `, and ${this.#count - 1} lines more`;
    return `${this.#first}${more}`;
  }

  begin(path: string): void {
    this.#settleDoubt();
    this.#clock = null;
    this.#isForeign = false;
    this.#isInHead = false;
    this.#place = { path, number: 0 };
  }

  /** True where the line had to be read whole. */
  line(line: Buffer): boolean {
    this.#place.number += 1;
    const begin = line.toString('latin1', 0, beginMaxChars);
    const kind = kindOf.exec(begin)?.[1] ?? '';
    if (kind === 'start' || kind === 'rotated') {
      // A crash cut the line before: the next process ended it and began its own.
      if (kind === 'start') this.#doubt = null;
      this.#head(kind, line);
      return true;
    }
    this.#settleDoubt();
    if (this.#isForeign) return false;
    if (kind === 'continued') this.#isInHead = false;
    if (unshown.has(kind) && !drainControl.test(begin)) return false;
    this.#record(line);
    return true;
  }

  #head(kind: 'start' | 'rotated', line: Buffer): void {
    this.#settleDoubt();
    const value = valueOf(line);
    this.#clock = parseHead(value);
    this.#isForeign = this.#clock === null;
    this.#isInHead = kind === 'rotated';
    if (this.#isForeign) this.#complain(value === undefined ? 'not JSON' : 'of another version');
  }

  #record(line: Buffer): void {
    const value = valueOf(line);
    if (value === undefined) {
      this.#doubt = this.#at('not a line of JSON');
      return;
    }
    const clock = this.#clock;
    if (clock === null) return this.#complain('no line before it has the time');
    if (wallOf(value, clock) < this.#span.fromWallMs && !isControl(value)) return;
    const record = parsePast(value);
    if (record === null) return this.#complain('not a record of a journal');
    const event = this.#eventOf(record);
    if (event === null || this.#isInHead) return;
    const wallMs = wallOf(value, clock);
    const { fromWallMs, toWallMs } = this.#span;
    if (wallMs >= fromWallMs && wallMs <= toWallMs) this.#take(event, clock);
  }

  #eventOf(record: PastRecord): PastEvent | null {
    if (record.kind !== 'control') return record;
    const { control, atMs } = record;
    if (control.kind === 'drain') {
      const { drain } = control;
      this.#drains.set(drain.name, drain);
      if (atMs - drain.sinceMs > begunMaxMs) return null;
      return { kind: 'drain', change: 'begun', drain, by: drain.owner, atMs };
    }
    const { name, owner } = control;
    const drain = this.#drains.get(name) ?? {
      name,
      owner,
      reason: '',
      untilMs: null,
      sinceMs: atMs,
    };
    this.#drains.delete(name);
    return { kind: 'drain', change: 'ended', drain, by: owner, atMs };
  }

  #settleDoubt(): void {
    if (this.#doubt === null) return;
    this.#first ||= this.#doubt;
    this.#count += 1;
    this.#doubt = null;
  }

  #complain(what: string): void {
    this.#first ||= this.#at(what);
    this.#count += 1;
  }

  #at(what: string): string {
    return `${this.#place.path}:${this.#place.number}: ${what}`;
  }
}

/** `undefined`: no JSON. */
function valueOf(line: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return value;
  } catch {
    return undefined;
  }
}

function isControl(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'control';
}

/** `NaN`: it has no time. */
function wallOf(value: unknown, clock: PastClock): number {
  if (typeof value !== 'object' || value === null || !('atMs' in value)) return NaN;
  return typeof value.atMs === 'number' ? clock.wallMs + (value.atMs - clock.atMs) : NaN;
}
