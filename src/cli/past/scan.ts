import type { PastClock } from '../../model/past.ts';
import type { Problems } from './problems.ts';
import { parseHead, recordedValue } from './record.ts';

/** Enough of a line for the expressions below. */
const BEGIN_MAX_CHARS = 120;
const KIND_OF = /^\{"kind":"([a-z]+)"/u;
const DRAIN_CONTROL = /^\{"kind":"control","atMs":[-+.\de]+,"control":\{"kind":"(?:un)?drain"/u;

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

/** A line that may show something: it is looked into when nothing newer can take its place. */
export interface Candidate {
  readonly number: number;
  readonly text: string;
  readonly clock: PastClock;
  /** Within the head of a file that goes on: what is there happened before. */
  readonly isKnown: boolean;
}

interface Limits {
  readonly changesMax: number;
  readonly actionsMax: number;
}

/** Takes one file line by line, and keeps the newest that may show something. */
export class Scan {
  readonly #path: string;
  readonly #problems: Problems;
  readonly #changes: Newest;
  readonly #actions: Newest;
  #number = 0;
  /** `null`: the time of the following lines is not known. */
  #clock: PastClock | null = null;
  #isForeign = false;
  #isInHead = false;
  /** The line before, which is cut where a process ended while it wrote it. */
  #last: 'change' | 'action' | 'garbage' | 'other' = 'other';

  constructor(path: string, limits: Limits, problems: Problems) {
    this.#path = path;
    this.#problems = problems;
    this.#changes = new Newest(limits.changesMax);
    this.#actions = new Newest(limits.actionsMax);
  }

  /** Whether it has so many changes that an older file would add none. */
  get isFull(): boolean {
    return this.#changes.isFull;
  }

  /** Oldest first. */
  candidates(): readonly Candidate[] {
    const all = [...this.#changes.list(), ...this.#actions.list()];
    return all.toSorted((one, other) => one.number - other.number);
  }

  /** Where a line of the file stands. */
  at(number: number): string {
    return `${this.#path}:${number}`;
  }

  /** After the last line. */
  end(): void {
    if (this.#last === 'garbage') this.#complain(this.#number, 'not a record of a journal');
  }

  line(line: Buffer): void {
    this.#number += 1;
    const begin = line.toString('latin1', 0, BEGIN_MAX_CHARS);
    const kind = KIND_OF.exec(begin)?.[1] ?? '';
    if (kind === 'start' || kind === 'rotated') return this.#head(kind, line);
    if (this.#last === 'garbage') this.#complain(this.#number - 1, 'not a record of a journal');
    if (kind === 'continued') this.#isInHead = false;
    this.#last = this.#take(kind, begin, line);
  }

  #take(kind: string, begin: string, line: Buffer): 'change' | 'action' | 'garbage' | 'other' {
    if (this.#isForeign) return 'other';
    const isShown =
      kind === 'health' || kind === 'decision' || kind === 'action' || DRAIN_CONTROL.test(begin);
    if (!isShown) return unshown.has(kind) ? 'other' : 'garbage';
    const clock = this.#clock;
    if (clock === null) {
      this.#complain(this.#number, 'no line before it has the time');
      return 'other';
    }
    const number = this.#number;
    const candidate = { number, text: line.toString('utf8'), clock, isKnown: this.#isInHead };
    (kind === 'action' ? this.#actions : this.#changes).add(candidate);
    return kind === 'action' ? 'action' : 'change';
  }

  #head(kind: 'start' | 'rotated', line: Buffer): void {
    // A crash cut the line before: the next process ended it and began its own.
    if (kind === 'start') this.#forgetCut();
    this.#last = 'other';
    this.#clock = parseHead(recordedValue(line));
    this.#isForeign = this.#clock === null;
    this.#isInHead = kind === 'rotated';
    if (this.#isForeign) this.#complain(this.#number, 'the journal of another version');
  }

  #forgetCut(): void {
    const list = { change: this.#changes, action: this.#actions, garbage: null, other: null };
    list[this.#last]?.forgetCut();
  }

  #complain(number: number, what: string): void {
    this.#problems.add(`${this.at(number)}: ${what}`);
  }
}

/** The newest of many, of which at most twice the limit are kept. */
class Newest {
  readonly #max: number;
  #list: Candidate[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#list.length >= this.#max;
  }

  add(candidate: Candidate): void {
    this.#list.push(candidate);
    if (this.#list.length >= this.#max * 2) this.#list = this.list();
  }

  list(): Candidate[] {
    return this.#list.slice(-this.#max);
  }

  forgetCut(): void {
    const last = this.#list.at(-1);
    if (last !== undefined && recordedValue(last.text) === undefined) this.#list.pop();
  }
}
