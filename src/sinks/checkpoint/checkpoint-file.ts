import { join } from 'node:path';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { Control } from '../../model/control.ts';
import type { Notice } from '../../model/notice.ts';
import type { BootClock } from '../../platform/boot-clock.ts';
import { StateFile } from '../../platform/state-file.ts';
import {
  formatCheckpoint,
  lastingPart,
  parseCheckpoint,
  shiftCheckpoint,
  type KeptCheckpoint,
} from '../../protocol/checkpoint.ts';

const FILE = 'checkpoint.json';

/** More than this is not ours: 20,000 targets that have all fallen take 6 MB. */
const FILE_MAX_BYTES = 64 << 20;

/** It is written at most this often. */
const WRITE_MS = 1000;

export interface CheckpointOptions {
  readonly stateDir: string;
  /** A start within this time resumes everything; a later one only what has a time of its own. */
  readonly maxAgeMs: number;
  readonly clock: BootClock;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  readonly notify: (notice: Notice) => void;
}

/**
 * The file, written whole or not at all. It is not synced: its times count from this boot, so it
 * is of no use after a power cut, and a step of the wall clock does not change it.
 */
export class CheckpointFile {
  readonly #options: CheckpointOptions;
  readonly #file: StateFile<KeptCheckpoint>;
  /** The turn of the core that `#body` shows. */
  #turn = -1;
  #body = '';
  #writtenMs = -Infinity;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#file = new StateFile({
      path: join(options.stateDir, FILE),
      maxBytes: FILE_MAX_BYTES,
      parse: parseCheckpoint,
      isDurable: false,
      failed: (message) =>
        this.#notify(
          'error',
          'checkpoint_not_kept',
          `${message}; a restart would forget hysteresis, delays and budgets`,
        ),
      recovered: (message) => this.#notify('info', 'checkpoint_kept', message),
    });
  }

  mayWrite(): boolean {
    return !this.#file.isWriting && this.#ageMs() >= WRITE_MS;
  }

  /** The checkpoint of the process before this one, in our time; `null`: nothing to resume. */
  load(): Checkpoint | null {
    const { clock, maxAgeMs, nowMs } = this.#options;
    const loaded = this.#file.load();
    if (loaded.kind === 'damaged') this.#notify('warn', 'checkpoint_ignored', loaded.message);
    if (loaded.kind !== 'loaded') return null;
    const { checkpoint, boot, aliveMs, offsetMs: keptOffsetMs } = loaded.value;
    if (boot !== clock.id) return null;
    const offsetMs = clock.offsetMs();
    const isRecent = nowMs() + offsetMs - aliveMs <= maxAgeMs;
    return shiftCheckpoint(
      isRecent ? checkpoint : lastingPart(checkpoint),
      keptOffsetMs - offsetMs,
    );
  }

  /** Asks the core for a checkpoint, if anything changed, and writes it. */
  request(): Control {
    queueMicrotask(() => this.#writeIfStale());
    return {
      kind: 'checkpoint',
      after: this.#turn,
      take: (checkpoint, turn) => {
        this.#turn = turn;
        this.#body = JSON.stringify(checkpoint);
        this.#write();
      },
    };
  }

  /** Where nothing changed: the file must not look older than its process. */
  #writeIfStale(): void {
    const isStale = this.#ageMs() > this.#options.maxAgeMs / 5;
    if (this.#body !== '' && isStale && !this.#file.isWriting) this.#write();
  }

  #ageMs(): number {
    return this.#options.nowMs() - this.#writtenMs;
  }

  #write(): void {
    this.#writtenMs = this.#options.nowMs();
    void this.#file.save(() => this.#text());
  }

  #text(): string {
    const { clock, nowMs } = this.#options;
    const offsetMs = clock.offsetMs();
    const aliveMs = nowMs() + offsetMs;
    return formatCheckpoint({ boot: clock.id, aliveMs, offsetMs }, this.#body);
  }

  #notify(level: Notice['level'], event: string, message: string): void {
    this.#options.notify({ level, event, message });
  }
}
