import type { ProbeTarget } from './prober.ts';

/** Two servers of one domain that fail within this are no coincidence. */
export const TOGETHER_MS = 50;
/**
 * How long a domain rests after a sweep. With an interval of a second or less,
 * every member has its own turn meanwhile; so sweeps double the work at worst.
 */
export const SWEEP_REST_MS = 1000;

/** Servers that may well fail together. */
export interface Domain<T> {
  readonly name: string;
  readonly members: Set<T>;
  lastFailed: T | null;
  failedAtMs: number;
  sweptAtMs: number;
}

/** All fault domains: one an address, one a service, one a name given in the configuration. */
export class Domains<T> {
  readonly #byName = new Map<string, Domain<T>>();

  /** Makes `member` part of its domains; of none where its check opted out of sweeps. */
  join(member: T, target: ProbeTarget): readonly Domain<T>[] {
    if (!target.check.sweep) return [];
    const names = [`address ${target.address}`, `service ${target.service}`];
    if (target.domain !== null) names.push(`domain ${target.domain}`);
    return names.map((name) => {
      const domain = this.#byName.get(name) ?? emptyDomain<T>(name);
      this.#byName.set(name, domain);
      domain.members.add(member);
      return domain;
    });
  }

  leave(member: T, domains: readonly Domain<T>[]): void {
    for (const domain of domains) {
      domain.members.delete(member);
      if (domain.lastFailed === member) domain.lastFailed = null;
      if (domain.members.size === 0) this.#byName.delete(domain.name);
    }
  }
}

function emptyDomain<T>(name: string): Domain<T> {
  return {
    name,
    members: new Set(),
    lastFailed: null,
    failedAtMs: -Infinity,
    sweptAtMs: -Infinity,
  };
}

/**
 * Notes that `member`, which was up, failed. True where the domain is to be
 * swept now: another member failed within `TOGETHER_MS`. A second failure of
 * the same member shows nothing about its neighbours.
 */
export function noteFailure<T>(domain: Domain<T>, member: T, nowMs: number): boolean {
  const isTogether =
    domain.lastFailed !== null &&
    domain.lastFailed !== member &&
    nowMs - domain.failedAtMs <= TOGETHER_MS;
  domain.lastFailed = member;
  domain.failedAtMs = nowMs;
  if (!isTogether || isHot(domain, nowMs)) return false;
  domain.sweptAtMs = nowMs;
  return true;
}

/** Swept a short while ago: whatever else fails in it is confirmed at once. */
export function isHot<T>(domain: Domain<T>, nowMs: number): boolean {
  return nowMs - domain.sweptAtMs < SWEEP_REST_MS;
}
