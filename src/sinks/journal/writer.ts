import type { SinkEvent } from '../../model/report.ts';
import { messageOf } from '../../platform/error.ts';
import { RotatingFile, type FileLimits } from '../../platform/rotating-file.ts';
import { JournalState } from './journal-state.ts';
import type { JournalRecord } from './record.ts';

/** How long a record may wait for others to be written with it. */
const FLUSH_MS = 50;
/** Records that wait, at most; beyond it new ones are dropped and counted. About 30 MB. */
export const PENDING_MAX = 131_072;
/** Records written at once: they take a millisecond to encode, and then others have their turn. */
const SLICE_MAX = 256;
/** After a write that failed. */
const RETRY_MS = 1000;
/** At the end, a disk that hangs does not keep us longer. */
const CLOSE_MAX_MS = 1000;

export interface WriterOptions {
  readonly path: string;
  readonly limits: FileLimits;
  /** The first records of a further file, before all that is known. */
  readonly head: (atMs: number) => readonly JournalRecord[];
  readonly nowMs: () => number;
}

/** The records that wait, and the one loop that writes them: nobody who adds one ever waits. */
export class JournalWriter {
  readonly #options: WriterOptions;
  readonly #file: RotatingFile;
  readonly #known = new JournalState();
  #report: ((report: SinkEvent) => void) | null = null;
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
    // One gap and not many: it ends where there is room for long.
    const room = this.#dropped === 0 ? PENDING_MAX : PENDING_MAX / 2;
    if (this.#pending.length >= room) {
      this.#dropped += 1;
      return;
    }
    this.#endGap();
    this.#pending.push(record);
    if (this.#writing === null) this.#wake(FLUSH_MS);
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

  /** From now on records are written, and `report` is told how that goes. */
  open(report: (report: SinkEvent) => void): void {
    this.#report = report;
    this.#wake(FLUSH_MS);
  }

  /** Writes what waits, once more; resolves when that is done, or after a second. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#sleep();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MAX_MS);
    });
    await Promise.race([this.#writeRest(), tooLate]);
    clearTimeout(timer);
  }

  async #writeRest(): Promise<void> {
    await this.#writing;
    await this.#writeAll();
    await this.#file.close();
  }

  #wake(delayMs: number): void {
    if (this.#report === null || this.#isClosing || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#writeAll().finally(() => {
        this.#writing = null;
        // What came after its last look, and found it still writing.
        if (this.#pending.length > 0) this.#wake(FLUSH_MS);
      });
    }, delayMs);
  }

  #sleep(): void {
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
        this.#tell('connected', '');
      }
    } catch (error) {
      this.#tell('lost', messageOf(error));
      // Whoever adds a record meanwhile finds us waking already.
      this.#wake(RETRY_MS);
    }
  }

  /** What a new file must know stands before all that waits. */
  async #rotate(): Promise<void> {
    await this.#file.rotate();
    const atMs = this.#options.nowMs();
    this.#head = [...this.#options.head(atMs), ...this.#known.records(atMs)];
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
    for (const record of slice) this.#known.take(record);
    return encode(slice);
  }

  #tell(state: 'connected' | 'lost', reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#report?.({ kind: 'state', sink: 'journal', state, peerVersion: null, reason });
  }
}

/** JSON escapes every control character, so that a record is one line whatever is in it. */
function encode(records: readonly JournalRecord[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
