import { join } from 'node:path';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { Control } from '../../model/control.ts';
import type { Notice } from '../../model/notice.ts';
import type { BootClock } from '../../platform/boot-clock.ts';
import { isMissing, messageOf } from '../../platform/error.ts';
import { readRegularFileSync, writeFileSafely } from '../../platform/safe-file.ts';
import {
  formatCheckpoint,
  lastingPart,
  parseCheckpoint,
  shiftCheckpoint,
} from '../../protocol/checkpoint.ts';

const FILE = 'checkpoint.json';

/** More than this is not ours: 20,000 targets that have all fallen take 6 MB. */
const FILE_MAX_BYTES = 64 << 20;

/** It is written at most this often. */
const WRITE_MS = 1000;

export interface CheckpointOptions {
  readonly stateDir: string;
  /** A start that follows within this time takes everything up; a later one what has its own time. */
  readonly maxAgeMs: number;
  readonly clock: BootClock;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  readonly notify: (notice: Notice) => void;
}

/**
 * The file, whole or not at all. It is not synced: its times count from this boot, so that it is
 * of no use after a power cut, and a step of the wall clock does not reach it.
 */
export class CheckpointFile {
  readonly #options: CheckpointOptions;
  readonly #path: string;
  /** The turn of the core that `#body` shows. */
  #turn = -1;
  #body = '';
  #writtenMs = -Infinity;
  #isWriting = false;
  #isKept = true;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#path = join(options.stateDir, FILE);
  }

  mayWrite(): boolean {
    return !this.#isWriting && this.#ageMs() >= WRITE_MS;
  }

  /** What the process before us knew, in our time; `null` where there is nothing to take up. */
  load(): Checkpoint | null {
    const { clock, maxAgeMs, nowMs } = this.#options;
    try {
      const text = readRegularFileSync(this.#path, FILE_MAX_BYTES).toString();
      const { checkpoint, ...kept } = parseCheckpoint(text);
      if (kept.boot !== clock.id) return null;
      const offsetMs = clock.offsetMs();
      const isRecent = nowMs() + offsetMs - kept.aliveMs <= maxAgeMs;
      const part = isRecent ? checkpoint : lastingPart(checkpoint);
      return shiftCheckpoint(part, kept.offsetMs - offsetMs);
    } catch (error) {
      if (isMissing(error)) return null;
      this.#notify('warn', 'checkpoint_ignored', `${this.#path} is ignored: ${messageOf(error)}`);
      return null;
    }
  }

  /** Asks the core for what changed, and writes that. */
  question(): Control {
    queueMicrotask(() => this.#writeIfStale());
    return {
      kind: 'checkpoint',
      after: this.#turn,
      take: (checkpoint, turn) => {
        this.#turn = turn;
        this.#body = JSON.stringify(checkpoint);
        void this.#write();
      },
    };
  }

  /** Nothing had changed: the file must not look older than its process. */
  #writeIfStale(): void {
    const isStale = this.#ageMs() > this.#options.maxAgeMs / 5;
    if (this.#body !== '' && isStale && !this.#isWriting) void this.#write();
  }

  #ageMs(): number {
    return this.#options.nowMs() - this.#writtenMs;
  }

  async #write(): Promise<void> {
    if (this.#isWriting) {
      // The disk is slow: what changed meanwhile is asked for again.
      this.#turn = -1;
      return;
    }
    const { clock, nowMs } = this.#options;
    this.#isWriting = true;
    this.#writtenMs = nowMs();
    const offsetMs = clock.offsetMs();
    const aliveMs = this.#writtenMs + offsetMs;
    try {
      const text = formatCheckpoint({ boot: clock.id, aliveMs, offsetMs }, this.#body);
      await writeFileSafely(this.#path, text, { isDurable: false });
      this.#kept(true, `${this.#path} is written again`);
    } catch (error) {
      const cannot = `cannot write ${this.#path}: ${messageOf(error)}`;
      this.#kept(false, `${cannot}; a restart would forget hysteresis, delays and budgets`);
    } finally {
      this.#isWriting = false;
    }
  }

  /** Once for each change: a full disk must not fill the log as well. */
  #kept(isKept: boolean, message: string): void {
    if (this.#isKept === isKept) return;
    this.#isKept = isKept;
    if (isKept) this.#notify('info', 'checkpoint_kept', message);
    else this.#notify('error', 'checkpoint_not_kept', message);
  }

  #notify(level: Notice['level'], event: string, message: string): void {
    this.#options.notify({ level, event, message });
  }
}
