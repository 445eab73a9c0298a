import { namesIn } from './checks/rules.ts';
import { totalWeight } from './checks/services.ts';
import { parsePrefix } from './parse/prefix.ts';
import { known } from './parse/result.ts';
import type { Report } from './problems.ts';
import { reportQuorums } from './quorum-warning.ts';
import type { ConfigFile } from './schema/file.ts';

/** What is allowed, and yet probably not what was meant. */
export function reportWarnings(file: ConfigFile, report: Report): void {
  const services = new Set(Object.keys(file.services ?? {}));
  for (const [index, route] of (file.routes ?? []).entries()) {
    const path = ['routes', index];
    const isIpv6 = known(parsePrefix(route.prefix)).address.family === 6;
    if (isIpv6 && (route.next_hop ?? 'self') === 'self') {
      const message =
        'an IPv6 prefix with next_hop self: over an IPv4 session the peer discards it: give an address';
      report([...path, route.next_hop === undefined ? 'prefix' : 'next_hop'], message);
    }
    const hasService = [...namesIn(route.when)].some((name) =>
      services.has(name.split('/')[0] ?? name),
    );
    if (route.degrade !== undefined && !hasService) {
      report([...path, 'degrade'], 'when names no service: there is no capacity to go by');
    }
  }
  reportPace(file, report);
  reportOutputs(file, report);
  reportQuorums(file, report);
  for (const [name, service] of Object.entries(file.services ?? {})) {
    if (totalWeight(file, service) !== 0) continue;
    report(['services', name, 'real_servers'], 'every weight is 0: the service can never be up');
  }
}

function reportOutputs({ routes, outputs }: ConfigFile, report: Report): void {
  if (routes === undefined || routes.length === 0) return;
  const isOff = outputs?.exabgp === undefined || outputs.exabgp.via === 'off';
  if (isOff) report(['routes'], 'no output takes routes: add outputs.exabgp, or leave them out');
  else if (outputs.ipvs?.dry_run === true && outputs.ipvs.via !== 'off') {
    const message = 'covers weights only: routes are announced and withdrawn all the same';
    report(['outputs', 'ipvs', 'dry_run'], message);
  }
}

/** What reports by itself is not asked more often while it is unsettled. */
function reportPace({ signals }: ConfigFile, report: Report): void {
  for (const [name, signal] of Object.entries(signals ?? {})) {
    if (signal.fast_interval === undefined) continue;
    const isAsked =
      signal.type === 'exec' || (signal.type === 'execd' && signal.trigger !== 'self');
    if (isAsked) continue;
    const message = `has no effect: nothing polls a ${signal.type} signal that reports on its own`;
    report(['signals', name, 'fast_interval'], message);
  }
}
