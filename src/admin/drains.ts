import type { Drain } from '../model/drain.ts';
import type { Notice } from '../model/notice.ts';
import { Alarm } from '../platform/alarm.ts';
import { bootClock } from '../platform/boot-clock.ts';
import { StateFile } from '../platform/state-file.ts';
import {
  FILE_MAX_BYTES,
  maintenancePath,
  maintenanceFileText,
  parseMaintenance,
  type KeptDrain,
} from './maintenance-file.ts';
import type { WallClock } from './wall-clock.ts';

/** Node's timers count 31 bits of milliseconds: a longer wait is made of several. */
const WAIT_MAX_MS = 24 * 3_600_000;

export interface DrainEvents {
  readonly notify: (notice: Notice) => void;
  /** It ended by itself. */
  readonly expired: (drain: Drain) => void;
}

/**
 * The maintenance in force, kept in `state_dir/maintenance.json` across restarts.
 *
 * Times in the file count from the boot, which no step of a clock reaches, and are
 * wall clock besides, for after a boot; in the process they are monotonic. The core
 * ends a drain by its own clock: this only forgets it. A disk that cannot be written changes
 * nothing of what is in force: it is logged, tried again, and logged when it works.
 */
export class Drains {
  readonly #file: StateFile<readonly KeptDrain[]> | null;
  readonly #clock: WallClock;
  readonly #boot = bootClock();
  readonly #events: DrainEvents;
  readonly #drains = new Map<string, Drain>();
  readonly #expiry = new Alarm(() => this.#expire());

  /** @param stateDir `null`: nothing outlives the process. */
  constructor(stateDir: string | null, clock: WallClock, events: DrainEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#file = stateDir === null ? null : this.#fileIn(stateDir);
  }

  /** Reads the file: the drains of an earlier life that are not over yet. */
  load(): readonly Drain[] {
    const loaded = this.#file?.load() ?? { kind: 'missing' };
    if (loaded.kind === 'damaged') {
      const message = `no maintenance is restored: ${loaded.message}`;
      this.#events.notify({ level: 'error', event: 'maintenance_damaged', message });
    }
    if (loaded.kind !== 'loaded') return [];
    const nowMs = this.#clock.nowMs();
    for (const kept of loaded.value) {
      const drain = this.#resumed(kept);
      if (drain.untilMs === null || drain.untilMs > nowMs) this.#drains.set(drain.name, drain);
    }
    this.#setExpiry();
    return [...this.#drains.values()];
  }

  get(name: string): Drain | null {
    return this.#drains.get(name) ?? null;
  }

  size(): number {
    return this.#drains.size;
  }

  names(): readonly string[] {
    return [...this.#drains.keys()];
  }

  /** Resolves, when it was tried, with whether it outlives a restart. */
  async begin(drain: Drain): Promise<boolean> {
    this.#drains.set(drain.name, drain);
    return this.#changed();
  }

  /** The same, for an end. */
  async end(name: string): Promise<boolean> {
    this.#drains.delete(name);
    return this.#changed();
  }

  /** Stops waiting. Nothing is lost: what could be written was written at once. */
  close(): void {
    this.#expiry.close();
    this.#file?.close();
  }

  async #changed(): Promise<boolean> {
    this.#setExpiry();
    return this.#save();
  }

  async #save(): Promise<boolean> {
    const textOf = (): string =>
      maintenanceFileText([...this.#drains.values()].map((drain) => this.#kept(drain)));
    return (await this.#file?.save(textOf)) ?? false;
  }

  #fileIn(stateDir: string): StateFile<readonly KeptDrain[]> {
    const { notify } = this.#events;
    return new StateFile({
      path: maintenancePath(stateDir),
      maxBytes: FILE_MAX_BYTES,
      parse: parseMaintenance,
      failed: (message) =>
        notify({
          level: 'error',
          event: 'maintenance_not_kept',
          message: `${message}; a restart would end all maintenance`,
        }),
      recovered: (message) => notify({ level: 'info', event: 'maintenance_kept', message }),
    });
  }

  #kept({ sinceMs, untilMs, ...rest }: Drain): KeptDrain {
    const clock = this.#clock;
    const boot = this.#boot;
    const shiftMs = boot?.offsetMs() ?? 0;
    return {
      ...rest,
      sinceMs: clock.toWall(sinceMs),
      untilMs: untilMs === null ? null : clock.toWall(untilMs),
      boot: boot && {
        id: boot.id,
        sinceMs: sinceMs + shiftMs,
        untilMs: untilMs === null ? null : untilMs + shiftMs,
      },
    };
  }

  #resumed({ sinceMs, untilMs, boot, ...rest }: KeptDrain): Drain {
    const clock = this.#clock;
    if (boot !== null && boot.id === this.#boot?.id) {
      const shiftMs = this.#boot.offsetMs();
      const endMs = boot.untilMs === null ? null : boot.untilMs - shiftMs;
      return { ...rest, sinceMs: boot.sinceMs - shiftMs, untilMs: endMs };
    }
    return {
      ...rest,
      sinceMs: clock.toMonotonic(sinceMs),
      untilMs: untilMs === null ? null : clock.toMonotonic(untilMs),
    };
  }

  #setExpiry(): void {
    let nextMs = Infinity;
    for (const { untilMs } of this.#drains.values()) nextMs = Math.min(nextMs, untilMs ?? Infinity);
    const limitMs = this.#clock.nowMs() + WAIT_MAX_MS;
    this.#expiry.set(nextMs === Infinity ? Infinity : Math.min(nextMs, limitMs));
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    let isChanged = false;
    for (const drain of this.#drains.values()) {
      if (drain.untilMs === null || drain.untilMs > nowMs) continue;
      this.#drains.delete(drain.name);
      this.#events.expired(drain);
      isChanged = true;
    }
    this.#setExpiry();
    if (isChanged) void this.#save();
  }
}
