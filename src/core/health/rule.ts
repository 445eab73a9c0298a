import type { Rule } from '../../model/rule.ts';
import type { Health } from '../../model/turn.ts';

type Lookup<T> = (name: string) => T;

/** Evaluates a rule in Kleene's three-valued logic: `unknown` only while it could go either way. */
export function evaluate(rule: Rule, healthOf: Lookup<Health>): Health {
  switch (rule.kind) {
    case 'name':
      return healthOf(rule.name);
    case 'not':
      return negate(evaluate(rule.rule, healthOf));
    case 'all':
      return atLeast(rule.of.length, rule.of, healthOf);
    case 'any':
      return atLeast(1, rule.of, healthOf);
    case 'at_least':
      return atLeast(rule.count, rule.of, healthOf);
    default:
      return rule satisfies never;
  }
}

/** `all` and `any` are this with another count, so the three can never disagree. */
function atLeast(needed: number, rules: readonly Rule[], healthOf: Lookup<Health>): Health {
  let up = 0;
  let unknown = 0;
  for (const rule of rules) {
    const health = evaluate(rule, healthOf);
    if (health === 'up') up += 1;
    else if (health === 'unknown') unknown += 1;
  }
  if (up >= needed) return 'up';
  return up + unknown >= needed ? 'unknown' : 'down';
}

function negate(health: Health): Health {
  if (health === 'unknown') return health;
  return health === 'up' ? 'down' : 'up';
}

/**
 * The remaining capacity behind a rule, in percent: the weakest of all, the strongest of any,
 * the k-th strongest of at_least k. A negation has no capacity to lose.
 */
export function capacityOf(rule: Rule, percentOf: Lookup<number>): number {
  switch (rule.kind) {
    case 'name':
      return percentOf(rule.name);
    case 'not':
      return 100;
    case 'all':
      return kthLargest(rule.of.length, rule.of, percentOf);
    case 'any':
      return kthLargest(1, rule.of, percentOf);
    case 'at_least':
      return kthLargest(rule.count, rule.of, percentOf);
    default:
      return rule satisfies never;
  }
}

function kthLargest(k: number, rules: readonly Rule[], percentOf: Lookup<number>): number {
  const percents = rules.map((rule) => capacityOf(rule, percentOf)).toSorted((a, b) => b - a);
  // Needing none of them (an empty list of all) is met in full.
  return k === 0 ? 100 : (percents[k - 1] ?? 0);
}

/** Every name in a rule, once, in the order of the file. */
export function namesOf(rule: Rule): readonly string[] {
  switch (rule.kind) {
    case 'name':
      return [rule.name];
    case 'not':
      return namesOf(rule.rule);
    case 'all':
    case 'any':
    case 'at_least':
      return [...new Set(rule.of.flatMap(namesOf))];
    default:
      return rule satisfies never;
  }
}

/** Names that make the rule what it is: the failed ones of a failed `all`, the live ones of an `any`. */
export function decisiveNames(rule: Rule, healthOf: Lookup<Health>): readonly string[] {
  switch (rule.kind) {
    case 'name':
      return [rule.name];
    case 'not':
      return decisiveNames(rule.rule, healthOf);
    case 'all':
    case 'any':
    case 'at_least': {
      const health = evaluate(rule, healthOf);
      const decisive = rule.of.filter((part) => evaluate(part, healthOf) === health);
      return [...new Set(decisive.flatMap((part) => decisiveNames(part, healthOf)))];
    }
    default:
      return rule satisfies never;
  }
}
