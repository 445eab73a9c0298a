import type { PastClock, PastEvent, ReadPast } from '../model/past.ts';
import type { Notice } from '../model/notice.ts';
import { eventText, pastEvent } from './events.ts';
import { ACTIONS_MAX, History, KEEP_MS, TRANSITIONS_MAX } from './history.ts';
import { WallClock } from './wall-clock.ts';

/** Numbers of the past are below those of the stream, which begin at 1. */
const FIRST_SEQ = -1_000_000_000;

/** The part of the last hour that was before this process: read once, in the background. */
export class Past {
  readonly #read: ReadPast | null;
  readonly #history: History;
  readonly #clock: WallClock;
  readonly #notify: (notice: Notice) => void;
  readonly #end = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor(
    read: ReadPast | null,
    history: History,
    clock: WallClock,
    notify: (notice: Notice) => void,
  ) {
    this.#read = read;
    this.#history = history;
    this.#clock = clock;
    this.#notify = notify;
  }

  begin(): void {
    if (this.#read !== null) this.#reading = this.#load(this.#read);
  }

  /** Resolves when the history has all that there is. */
  async whole(): Promise<void> {
    return this.#reading;
  }

  close(): void {
    this.#end.abort();
  }

  async #load(read: ReadPast): Promise<void> {
    const toWallMs = this.#clock.toWall(this.#clock.nowMs());
    const past = new History();
    let seq = FIRST_SEQ;
    let clockOf: { readonly at: PastClock; readonly clock: WallClock } | null = null;
    const take = (event: PastEvent, at: PastClock): void => {
      if (clockOf?.at !== at)
        clockOf = {
          at,
          clock: new WallClock(
            () => at.atMs,
            () => at.wallMs,
          ),
        };
      const { clock } = clockOf;
      const unsent = pastEvent(event, clock);
      const json = eventText(unsent, seq, clock);
      seq += 1;
      past.add({ ...unsent, atMs: this.#clock.toMonotonic(clock.toWall(unsent.atMs)) }, json);
    };
    const limits = { changesMax: TRANSITIONS_MAX, actionsMax: ACTIONS_MAX };
    const span = { fromWallMs: toWallMs - KEEP_MS, toWallMs, ...limits };
    const problem = await read(span, take, this.#end.signal);
    if (this.#end.signal.aborted) return;
    this.#history.prepend(past);
    if (problem === null) return;
    const message = `the page's last hour lacks a part of the journal: ${problem}`;
    this.#notify({ level: 'warn', event: 'journal_skipped', message });
  }
}
