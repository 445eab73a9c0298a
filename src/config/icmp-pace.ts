import type { Config } from '../model/config.ts';
import { durationText } from './parse.ts';
import type { Report } from './problems.ts';

/** What probes of one address, each `icmp_interval` apart, add up to. */
interface Pace {
  targets: number;
  roundMs: number;
}

/**
 * Warns where checks with `expect: none` share an address, and so run less often than they say:
 * their probes keep the distance at which a host still answers each with an ICMP error.
 */
export function reportIcmpPace({ services }: Config, report: Report): void {
  const paces = new Map<string, Pace>();
  const paced = services.map(({ name, realServers }) => ({
    name,
    checks: realServers.flatMap(({ address, check }) =>
      check.type === 'udp' && check.expect.kind === 'none' && !isLoopback(address)
        ? [{ address, check }]
        : [],
    ),
  }));
  for (const { address, check } of paced.flatMap(({ checks }) => checks)) {
    const pace = paces.get(address) ?? { targets: 0, roundMs: 0 };
    pace.targets += 1;
    pace.roundMs += check.icmpIntervalMs;
    paces.set(address, pace);
  }
  for (const { name, checks } of paced) {
    const slow = checks.find(({ address, check }) => {
      const pace = paces.get(address);
      return pace !== undefined && pace.targets > 1 && pace.roundMs > check.intervalMs;
    });
    const pace = slow === undefined ? undefined : paces.get(slow.address);
    if (slow === undefined || pace === undefined) continue;
    report(
      ['services', name],
      `${pace.targets} udp checks with expect: none share the address ${slow.address} and its limit ` +
        `of ICMP errors: each runs every ${durationText(pace.roundMs)} and not every ` +
        `${durationText(slow.check.intervalMs)}; use expect: or a tcp check, or set icmp_interval`,
    );
  }
}

/** Linux does not limit what it sends to itself. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
