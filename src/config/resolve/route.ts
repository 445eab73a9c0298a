import type { DegradeStep, Route } from '../../model/route.ts';
import { DEFAULTS } from '../defaults.ts';
import { drainMedOf, medOf, medStepOf, orderedSteps, type LadderPlace } from '../med.ts';
import { known, parseAddress, parsePercent, parsePrefix } from '../parse.ts';
import { routeKey } from '../route-key.ts';
import type { DegradeStepFile, RouteFile } from '../schema.ts';
import { resolveRule } from './rule.ts';
import { msOr } from './settle.ts';

export function resolveRoute(file: RouteFile, place: LadderPlace): Route {
  const med = medOf(file.med, place);
  return {
    key: routeKey(file.prefix, file.path_id, file.neighbor),
    prefix: known(parsePrefix(file.prefix)).text,
    pathId: file.path_id ?? null,
    neighbor: file.neighbor === undefined ? null : known(parseAddress(file.neighbor)).text,
    when: resolveRule(file.when),
    attributes: {
      nextHop: nextHopOf(file.next_hop),
      med,
      localPreference: file.local_preference ?? null,
      asPath: typeof file.as_path === 'number' ? [file.as_path] : (file.as_path ?? []),
      communities: file.communities ?? [],
      largeCommunities: file.large_communities ?? [],
      extendedCommunities: file.extended_communities ?? [],
    },
    degrade: orderedSteps(file.degrade ?? []).map(stepOf),
    onStop: file.on_stop ?? DEFAULTS.route.onStop,
    drainMs: msOr(file.drain, DEFAULTS.route.drainMs),
    drainMed: drainMedOf(file, med, place.nodes),
    drainConnections: file.drain_connections ?? null,
  };
}

function nextHopOf(file: string | undefined): string {
  return file === undefined || file === 'self' ? 'self' : known(parseAddress(file)).text;
}

function stepOf(file: DegradeStepFile): DegradeStep {
  return {
    belowPercent: known(parsePercent(file.below)),
    med: file.med === undefined ? null : medStepOf(file.med),
    communities: file.communities ?? [],
    withdraw: file.withdraw ?? DEFAULTS.route.degradeWithdraw,
  };
}
