import type { Loose } from '../loose.ts';
import { highestMed } from '../med.ts';
import { known, parseAddress, parsePercent, parsePrefix } from '../parse.ts';
import type { Path, Report } from '../problems.ts';
import { routeKey } from '../route-key.ts';
import { type ConfigFile, MAX32, type RouteFile } from '../schema.ts';
import type { Names } from './names.ts';
import { checkRule } from './rules.ts';

type LooseRoute = Loose<RouteFile>;

/** What belongs together in the routes. */
export function checkRoutes(
  file: Loose<ConfigFile>,
  node: string,
  names: Names,
  report: Report,
): void {
  const seen = new Map<string, number>();
  for (const [index, route] of (file.routes ?? []).entries()) {
    if (route === undefined) continue;
    const path = ['routes', index];
    checkDuplicate(route, index, seen, report);
    checkNextHop(route, path, report);
    checkMed(file, node, route, path, report);
    checkDegrade(route, path, report);
    checkRule(route.when, [...path, 'when'], names, report);
  }
}

function checkDuplicate(
  route: LooseRoute,
  index: number,
  seen: Map<string, number>,
  report: Report,
): void {
  const isPartFaulty = (['path_id', 'neighbor'] as const).some(
    (key) => key in route && route[key] === undefined,
  );
  if (route.prefix === undefined || isPartFaulty) return;
  const key = routeKey(route.prefix, route.path_id, route.neighbor);
  const first = seen.get(key);
  if (first === undefined) seen.set(key, index);
  else {
    const message = `routes[${first}] is ${key} already: remove one, or give them different path_id or neighbor`;
    report(['routes', index, 'prefix'], message);
  }
}

function checkNextHop(route: LooseRoute, path: Path, report: Report): void {
  const { prefix, next_hop: nextHop } = route;
  if (prefix === undefined || nextHop === undefined || nextHop === 'self') return;
  const family = known(parsePrefix(prefix)).address.family;
  if (known(parseAddress(nextHop)).family === family) return;
  report([...path, 'next_hop'], `the prefix is IPv${family}: give an IPv${family} next-hop`);
}

function checkMed(
  file: Loose<ConfigFile>,
  node: string,
  route: LooseRoute,
  path: Path,
  report: Report,
): void {
  const { med } = route;
  const ladder = typeof med === 'object' ? med.ladder : undefined;
  let worst = typeof med === 'number' || !('med' in route) ? (med ?? 0) : null;
  if (ladder !== undefined) {
    const ladderPath = [...path, 'med', 'ladder'];
    if (!('nodes' in file)) {
      report(ladderPath, 'a ladder needs the list of all nodes: add nodes: [lb-a, lb-b]');
    } else if (file.nodes !== undefined && !file.nodes.includes(node)) {
      report(ladderPath, `this node "${node}" is not in nodes: add it, or set node`);
    }
    const rungs = file.nodes?.length ?? 1;
    if (ladder.base !== undefined && ladder.step !== undefined) {
      worst = ladder.base + ladder.step * (rungs - 1);
      if (worst > MAX32)
        report(ladderPath, `the last rung ${worst} is above ${MAX32}: lower the step`);
    }
  }
  const steps = (route.degrade ?? []).flatMap((step) => (step === undefined ? [] : [step]));
  if (typeof worst !== 'number' || worst > MAX32) return;
  const highest = highestMed(worst, steps);
  if (highest > MAX32) {
    report(
      [...path, 'degrade'],
      `the steps can raise the MED to ${highest}, above ${MAX32}: lower them`,
    );
  }
}

function checkDegrade(route: LooseRoute, path: Path, report: Report): void {
  const seen = new Map<number, number>();
  for (const [index, step] of (route.degrade ?? []).entries()) {
    if (step === undefined) continue;
    const stepPath = [...path, 'degrade', index];
    if (!('med' in step) && !('communities' in step) && !('withdraw' in step)) {
      report(stepPath, 'the step does nothing: give it med, communities or withdraw');
    }
    if (step.below === undefined) continue;
    const below = known(parsePercent(step.below));
    const first = seen.get(below);
    if (first === undefined) seen.set(below, index);
    else
      report([...stepPath, 'below'], `degrade[${first}] is below ${step.below} already: join them`);
  }
}
