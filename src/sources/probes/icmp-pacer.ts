import type { ProbeTarget } from './prober.ts';

/**
 * When a UDP probe without an expected answer may begin. No reply means `up` only if an ICMP
 * error could have come, and a host answers one asker with about one ICMP error a second (Linux:
 * net.ipv4.icmp_ratelimit, ip(7)): without a pace of their own, probes of several dead ports of
 * one host would use up each other's errors, and most of the ports would look alive.
 */
export class IcmpPacer {
  /** By address: when its next probe may begin. */
  readonly #freeAtMs = new Map<string, number>();

  /** Takes the next turn of the target's address, and returns its time. Not paced: now. */
  take(target: ProbeTarget, nowMs: number): number {
    const intervalMs = paceMs(target);
    if (intervalMs === 0) return nowMs;
    const atMs = Math.max(nowMs, this.#freeAtMs.get(target.address) ?? nowMs);
    this.#freeAtMs.set(target.address, atMs + intervalMs);
    return atMs;
  }

  /** Drops addresses that no target waits for. */
  prune(nowMs: number): void {
    for (const [address, atMs] of this.#freeAtMs) if (atMs <= nowMs) this.#freeAtMs.delete(address);
  }
}

/** How far apart probes of the target's address are; 0: they need no pace. */
export function paceMs({ address, check }: ProbeTarget): number {
  if (check.type !== 'udp' || check.expect.kind !== 'none' || isLoopback(address)) return 0;
  return check.icmpIntervalMs;
}

/** Linux does not limit what it sends to itself. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
