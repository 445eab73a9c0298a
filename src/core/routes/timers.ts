import type { Core } from '../core.ts';
import type { Writable } from '../writable.ts';
import type { RouteEntry } from './entry.ts';

/** The three times that a route may have. Its one deadline is the earliest of them. */
type Timers = Writable<RouteEntry, 'waitUntilMs' | 'unsentUntilMs' | 'drainUntilMs'>;

/** Its announce waits for weights until then; Infinity: it does not, or waits without a limit. */
export function setWaitUntil(core: Core, entry: Timers, atMs: number): void {
  entry.waitUntilMs = atMs;
  timeRoute(core, entry);
}

/** Its withdraw was not handed to ExaBGP, and weights wait for that until then; Infinity: it was. */
export function setUnsentUntil(core: Core, entry: Timers, atMs: number): void {
  entry.unsentUntilMs = atMs;
  timeRoute(core, entry);
}

/** It is announced as going away until then. */
export function setDrainUntil(core: Core, entry: Timers, atMs: number): void {
  entry.drainUntilMs = atMs;
  core.draining.add(entry);
  timeRoute(core, entry);
}

/** It does not drain, or not any more. */
export function clearDrain(core: Core, entry: Timers): void {
  entry.drainUntilMs = Infinity;
  core.draining.delete(entry);
  timeRoute(core, entry);
}

/** Sets its deadline to the earliest of its times. */
export function timeRoute(core: Core, entry: RouteEntry): void {
  const { waitUntilMs, unsentUntilMs, drainUntilMs } = entry;
  core.deadlines.set(entry, Math.min(waitUntilMs, unsentUntilMs, drainUntilMs));
}
