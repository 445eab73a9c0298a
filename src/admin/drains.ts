import type { Drain } from '../model/drain.ts';
import type { Notice } from '../model/notice.ts';
import { Alarm } from '../platform/alarm.ts';
import { bootClock } from '../platform/boot-clock.ts';
import { messageOf } from '../platform/error.ts';
import { loadDrains, maintenancePath, saveDrains, type KeptDrain } from './maintenance-file.ts';
import type { WallClock } from './wall-clock.ts';

/** How long a full disk is left alone before the next attempt. */
const RETRY_MS = 5_000;

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
  readonly #path: string | null;
  readonly #clock: WallClock;
  readonly #boot = bootClock();
  readonly #events: DrainEvents;
  readonly #drains = new Map<string, Drain>();
  readonly #expiry = new Alarm(() => this.#expire());
  readonly #retry = new Alarm(() => void this.#save());
  #saving: Promise<void> = Promise.resolve();
  #isQueued = false;
  #isKept = true;
  #isClosed = false;

  /** @param stateDir `null`: nothing outlives the process. */
  constructor(stateDir: string | null, clock: WallClock, events: DrainEvents) {
    this.#path = stateDir === null ? null : maintenancePath(stateDir);
    this.#clock = clock;
    this.#events = events;
  }

  /** Reads the file: the drains of an earlier life that are not over yet. */
  load(): readonly Drain[] {
    if (this.#path === null) return [];
    const nowMs = this.#clock.nowMs();
    const loaded = loadDrains(this.#path, this.#clock.toWall(nowMs));
    if (!loaded.ok) {
      const kept = loaded.aside === null ? '' : `; it was moved to ${loaded.aside}`;
      const message = `${this.#path} cannot be used, so no maintenance is restored from it: ${loaded.reason}${kept}`;
      this.#events.notify({ level: 'error', event: 'maintenance_damaged', message });
      return [];
    }
    for (const kept of loaded.drains) {
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
    this.#isClosed = true;
    this.#expiry.close();
    this.#retry.close();
  }

  async #changed(): Promise<boolean> {
    this.#setExpiry();
    await this.#save();
    return this.#path !== null && this.#isKept;
  }

  /** One save at a time, and one more after it for whatever came meanwhile. */
  #save(): Promise<void> {
    if (this.#path === null) return Promise.resolve();
    if (!this.#isQueued) {
      this.#isQueued = true;
      this.#saving = this.#writeAfter(this.#saving, this.#path);
    }
    return this.#saving;
  }

  async #writeAfter(previous: Promise<void>, path: string): Promise<void> {
    await previous;
    this.#isQueued = false;
    try {
      await saveDrains(
        path,
        [...this.#drains.values()].map((drain) => this.#kept(drain)),
      );
      this.#retry.close();
      this.#reportKept(true, `${path} is written again`);
    } catch (error) {
      // An attempt that ends after the end of all must not wake us again.
      if (!this.#isClosed) this.#retry.set(this.#clock.nowMs() + RETRY_MS);
      const message = `cannot write ${path}, so a restart would end all maintenance: ${messageOf(error)}`;
      this.#reportKept(false, message);
    }
  }

  /** Once for each change: a full disk must not fill the log as well. */
  #reportKept(isKept: boolean, message: string): void {
    if (this.#isKept === isKept) return;
    this.#isKept = isKept;
    const event = isKept ? 'maintenance_kept' : 'maintenance_not_kept';
    this.#events.notify({ level: isKept ? 'info' : 'error', event, message });
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
