import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { nowMs } from './clock.ts';

/**
 * Time since the machine booted: the same for a process and for the one after it, and no step of
 * the wall clock reaches it. Good to some 10 ms.
 */
export interface BootClock {
  /** Names the boot; times of another one mean nothing. */
  readonly id: string;
  /** Add it to our monotonic milliseconds for milliseconds since the boot. */
  readonly offsetMs: () => number;
}

/** `null` where there is none: not on Linux. */
export function bootClock(): BootClock | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { id, offsetMs: () => uptime() * 1000 - nowMs() };
  } catch {
    return null;
  }
}
