import type { SinkEvent } from '../../model/report.ts';
import { messageOf } from '../../platform/error.ts';
import { RotatingFile, type FileLimits } from '../../platform/rotating-file.ts';
import { JournalState } from './journal-state.ts';
import type { JournalRecord } from './record.ts';

/** How long a record may wait for others to be written with it. */
const FLUSH_MS = 50;
/** Records that wait, at most; further ones are dropped and counted. About 30 MB. */
export const PENDING_MAX = 131_072;
/** Records written at once: to encode them takes a millisecond of the event loop. */
const SLICE_MAX = 256;
/** After a write that failed. */
const RETRY_MS = 1000;
/** At the end, writes to a disk that hangs are awaited for at most this long. */
const CLOSE_MAX_MS = 1000;

export interface WriterOptions {
  readonly path: string;
  readonly limits: FileLimits;
  /** The first records of a further file, before those of `JournalState`. */
  readonly head: (atMs: number) => readonly JournalRecord[];
  readonly nowMs: () => number;
}

/** Queues records and writes them in one loop: `add` never waits. */
export class JournalWriter {
  readonly #options: WriterOptions;
  readonly #file: RotatingFile;
  readonly #journalState = new JournalState();
  #report: ((event: SinkEvent) => void) | null = null;
  #pending: JournalRecord[] = [];
  /** The rest of the head of a new file: written before all that waits. */
  #head: JournalRecord[] = [];
  #isHeadEncoded = false;
  #dropped = 0;
  /** Encoded, and not written because the last attempt failed. */
  #unwritten: Buffer | null = null;
  #isClosing = false;
  #state: 'unknown' | 'connected' | 'lost' = 'unknown';
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#file = new RotatingFile(options.path, options.limits);
  }

  add(record: JournalRecord): void {
    // The gap ends when half of the room is free: one long gap instead of many.
    const room = this.#dropped === 0 ? PENDING_MAX : PENDING_MAX / 2;
    if (this.#pending.length >= room) {
      this.#dropped += 1;
      return;
    }
    this.#endGap();
    this.#pending.push(record);
    if (this.#writing === null) this.#schedule(FLUSH_MS);
  }

  #endGap(): void {
    const records = this.#dropped;
    if (records === 0) return;
    this.#dropped = 0;
    this.#pending.push({ kind: 'dropped', records });
    const message = `${records} records are missing from the journal: a replay of it is not exact`;
    const event = 'journal_dropped';
    this.#report?.({ kind: 'notice', sink: 'journal', level: 'warn', event, message });
  }

  /** Begins to write; `report` gets the journal's state and notices. */
  open(report: (event: SinkEvent) => void): void {
    this.#report = report;
    this.#schedule(FLUSH_MS);
  }

  /** Writes all that waits; resolves when that is done, or after a second. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#cancel();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MAX_MS);
    });
    await Promise.race([this.#writeRest(), timeout]);
    clearTimeout(timer);
  }

  async #writeRest(): Promise<void> {
    await this.#writing;
    await this.#writeAll();
    await this.#file.close();
  }

  #schedule(delayMs: number): void {
    if (this.#report === null || this.#isClosing || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#writeAll().finally(() => {
        this.#writing = null;
        // Records that were added after the last slice, while the loop still ran.
        if (this.#pending.length > 0) this.#schedule(FLUSH_MS);
      });
    }, delayMs);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #writeAll(): Promise<void> {
    try {
      for (;;) {
        if (this.#pending.length === 0) this.#endGap();
        if (this.#file.isFull && this.#head.length === 0) await this.#rotate();
        this.#unwritten ??= this.#encodeSlice();
        if (this.#unwritten === null) return;
        await this.#file.append(this.#unwritten);
        this.#unwritten = null;
        if (this.#isHeadEncoded) this.#file.endHead();
        this.#isHeadEncoded = false;
        this.#reportState('connected', '');
      }
    } catch (error) {
      this.#reportState('lost', messageOf(error));
      // `add` sets no further timer meanwhile.
      this.#schedule(RETRY_MS);
    }
  }

  /** A new file begins with the state that its records build on. */
  async #rotate(): Promise<void> {
    await this.#file.rotate();
    const atMs = this.#options.nowMs();
    this.#head = [...this.#options.head(atMs), ...this.#journalState.records(atMs)];
  }

  /** `null`: nothing waits. */
  #encodeSlice(): Buffer | null {
    if (this.#head.length > 0) {
      const slice = this.#head.splice(0, SLICE_MAX);
      this.#isHeadEncoded = this.#head.length === 0;
      return encode(slice);
    }
    if (this.#pending.length === 0) return null;
    const slice = this.#pending.splice(0, SLICE_MAX);
    for (const record of slice) this.#journalState.take(record);
    return encode(slice);
  }

  #reportState(state: 'connected' | 'lost', reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#report?.({ kind: 'state', sink: 'journal', state, peerVersion: null, reason });
  }
}

/** JSON escapes every control character: a record is always one line. */
function encode(records: readonly JournalRecord[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
