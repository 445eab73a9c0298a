import type { Amount, Service } from '../../model/service.ts';
import type { Health } from '../../model/turn.ts';
import type { Writable } from '../writable.ts';

/** A service's weights, summed up by the health of its servers. Integers, so sums stay exact. */
export interface Sums {
  readonly total: number;
  readonly up: number;
  /** Not known yet, or unknown with `on_lost: hold`. */
  readonly unknown: number;
  /** What `degrade` counts as remaining capacity: up, or without a verdict yet. */
  readonly present: number;
  readonly servers: number;
  readonly serversUp: number;
}

type Counted = Writable<Sums, keyof Sums>;

export function emptySums(): Sums {
  return { total: 0, up: 0, unknown: 0, present: 0, servers: 0, serversUp: 0 };
}

/** What one server adds: to the whole weight, and to the live weight while it is up. */
interface Share {
  readonly weight: number;
  readonly live: number;
}

/** Adds one server's part, or takes it away again with `sign` -1. */
export function addPart(
  sums: Counted,
  { weight, live }: Share,
  health: Health,
  isPresent: boolean,
  sign: 1 | -1,
): void {
  sums.total += sign * weight;
  sums.servers += sign;
  if (health === 'up') {
    sums.up += sign * live;
    sums.serversUp += sign;
  } else if (health === 'unknown') {
    sums.unknown += sign * live;
  }
  if (isPresent) sums.present += sign * live;
}

/** A server without a verdict is no remaining capacity any more. */
export function subtractPresent(sums: Counted, live: number): void {
  sums.present -= live;
}

/** Weights at which a service comes up, and below which it goes down (keepalived's quorum). */
export interface Thresholds {
  readonly rise: number;
  readonly fall: number;
}

export function thresholdsOf(service: Service, totalWeight: number): Thresholds {
  // Weights are whole numbers, so a quorum of 1 is any one server that has a weight at all.
  const quorum = service.quorum === null ? 1 : weightOf(service.quorum, totalWeight);
  const hysteresis = service.hysteresis === null ? 0 : weightOf(service.hysteresis, totalWeight);
  return { rise: quorum + hysteresis, fall: quorum - hysteresis };
}

function weightOf(amount: Amount, totalWeight: number): number {
  return amount.kind === 'weight' ? amount.weight : (amount.percent * totalWeight) / 100;
}

/**
 * Up from `rise` on while it was not up, until the live weight is below `fall`, and never at 0.
 * Unknown only while servers of unknown health could still decide it.
 */
export function poolHealth(sums: Sums, thresholds: Thresholds, wasUp: boolean): Health {
  const needed = wasUp ? thresholds.fall : thresholds.rise;
  if (suffices(sums.up, needed)) return 'up';
  return suffices(sums.up + sums.unknown, needed) ? 'unknown' : 'down';
}

function suffices(weight: number, needed: number): boolean {
  return weight > 0 && weight >= needed;
}

export function capacityPercent(sums: Sums): number {
  return sums.total === 0 ? 0 : (100 * sums.present) / sums.total;
}
