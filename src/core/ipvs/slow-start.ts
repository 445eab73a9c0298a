import type { Core } from '../core.ts';
import type { Writable } from '../writable.ts';
import type { IpvsServer } from './ipvs-server.ts';

/** Weights rise on whole seconds, so that all servers that start slowly share one turn a second. */
const STEP_MS = 1000;

/** The share of its weight that a recovered server starts with. */
const FIRST_SHARE = 0.1;

type SlowServer = Writable<IpvsServer, 'slowFromMs'>;

/** The share at `nowMs`: from a tenth, in a line, to 1 when `slowStartMs` has passed. */
export function slowShare(fromMs: number, slowStartMs: number, nowMs: number): number {
  if (fromMs === Infinity) return 1;
  const passedMs = Math.max(0, Math.floor(nowMs / STEP_MS) * STEP_MS - fromMs);
  return passedMs >= slowStartMs ? 1 : FIRST_SHARE + ((1 - FIRST_SHARE) * passedMs) / slowStartMs;
}

/** A server that was down is up. One that was never down, as at our own start, is not slowed. */
export function startSlowly(ipvs: SlowServer, slowStartMs: number, nowMs: number): void {
  if (slowStartMs > 0) ipvs.slowFromMs = nowMs;
}

/** Continues a slow start that began before a restart. */
export function resumeSlowStart(ipvs: SlowServer, fromMs: number): void {
  ipvs.slowFromMs = fromMs;
}

/** Sets the time of the next step; none where the server has its whole weight. */
export function timeSlowStart(
  core: Core,
  ipvs: IpvsServer,
  slowStartMs: number,
  nowMs: number,
): void {
  if (ipvs.slowFromMs === Infinity) return;
  if (slowShare(ipvs.slowFromMs, slowStartMs, nowMs) === 1) stopSlowStart(core, ipvs);
  else core.deadlines.set(ipvs, (Math.floor(nowMs / STEP_MS) + 1) * STEP_MS);
}

export function stopSlowStart(core: Core, ipvs: SlowServer): void {
  ipvs.slowFromMs = Infinity;
  core.deadlines.set(ipvs, Infinity);
}
