import type { Rule } from '../../model/rule.ts';
import type { Core } from '../core.ts';
import type { StateAtStart, Target } from '../settle/target.ts';
import { touchTarget } from '../touch.ts';
import { setStateAtStart, isVerdictAwaited } from './first-verdict.ts';
import { poolOfName } from './lookup.ts';
import { assumeWasUp, type Pool } from './pool.ts';
import { namesOf } from './rule.ts';

/**
 * A route or weight that is in place at our start is there because its rule was up. It stays until its rule is known to be down, or until its observers had their time.
 * A first good result of a target that must have been up settles it at once; without one nothing
 * counts as up.
 */

/**
 * Notes for each name of a rule what the rule's health at our start implies. A negation implies
 * nothing of its names, but they are waited for.
 *
 * @param afterMs what has to be known first: results of a service count only while its
 *   `valid_when` is up.
 * @param seen services above, so that circles end.
 * @returns the longest time until all of it is known.
 */
export function assumeRule(
  core: Core,
  rule: Rule,
  atStart: StateAtStart,
  afterMs = 0,
  seen: ReadonlySet<string> = new Set(),
): number {
  switch (rule.kind) {
    case 'name':
      return assumeName(core, rule.name, atStart, afterMs, seen);
    case 'not':
      return assumeRule(core, rule.rule, 'needed', afterMs, seen);
    case 'all':
    case 'any':
    case 'at_least':
      return Math.max(0, ...rule.of.map((one) => assumeRule(core, one, atStart, afterMs, seen)));
    default:
      return rule satisfies never;
  }
}

function assumeName(
  core: Core,
  name: string,
  atStart: StateAtStart,
  afterMs: number,
  seen: ReadonlySet<string>,
): number {
  const pool = poolOfName(core.graph, name);
  let waitMs = afterMs;
  // The configuration refuses circles; one must not recurse without end.
  if (pool !== null && !seen.has(pool.name)) {
    const { validWhen } = pool.service;
    const inside = new Set(seen).add(pool.name);
    if (validWhen !== null) waitMs += assumeRule(core, validWhen, atStart, 0, inside);
    if (pool.name === name && atStart === 'up') assumeWasUp(pool);
  }
  let verdictMs = 0;
  for (const target of targetsOfName(core, name)) {
    verdictMs = Math.max(verdictMs, target.firstVerdictMs);
    assumeTarget(core, target, atStart, waitMs);
  }
  return waitMs + verdictMs;
}

/** The target of this name, or all servers of the service of this name. */
function targetsOfName({ graph }: Core, name: string): readonly Target[] {
  const target = graph.targets.get(name);
  return target === undefined ? (graph.pools.get(name)?.servers ?? []) : [target];
}

/** Nothing is assumed of a target that has a verdict already, or had its time. */
export function assumeTarget(
  core: Core,
  target: Target,
  atStart: StateAtStart,
  afterMs: number,
): void {
  if (!isVerdictAwaited(target)) return;
  setStateAtStart(target, atStart, afterMs);
  touchTarget(core, target);
}

/** Servers that had a weight in the table at our start were up; their `valid_when` may not have been. */
export function assumeServing(core: Core, pool: Pool, servers: readonly Target[]): void {
  const { validWhen } = pool.service;
  if (servers.length === 0) return;
  const afterMs =
    validWhen === null ? 0 : assumeRule(core, validWhen, 'needed', 0, new Set([pool.name]));
  for (const server of servers) assumeTarget(core, server, 'up', afterMs);
}

/** Of the names that the rule depends on, not all had the time for a first verdict yet. */
export function isRuleAwaited(
  core: Core,
  rule: Rule,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  return namesOf(rule).some((name) => {
    if (targetsOfName(core, name).some(isVerdictAwaited)) return true;
    const pool = poolOfName(core.graph, name);
    if (pool === null || pool.service.validWhen === null || seen.has(pool.name)) return false;
    return isRuleAwaited(core, pool.service.validWhen, new Set(seen).add(pool.name));
  });
}
