import type { Rule } from '../../model/rule.ts';
import type { Health } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { expected } from '../expected.ts';
import type { Graph } from '../graph.ts';
import { countedHealth, isPresent } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import type { Pool } from './pool.ts';
import { capacityPercent } from './quorum.ts';
import { capacityOf, evaluate, namesOf } from './rule.ts';

/** The health of a name as rules count it. */
export function healthOfName(core: Core, name: string): Health {
  const pool = core.graph.pools.get(name);
  if (pool !== undefined) return pool.health;
  const { state, settle } = targetOfName(core, name);
  return countedHealth(state, settle);
}

export function healthOfRule(core: Core, rule: Rule): Health {
  return evaluate(rule, (name) => healthOfName(core, name));
}

export function capacityOfRule(core: Core, rule: Rule): number {
  return capacityOf(rule, (name) => {
    const pool = core.graph.pools.get(name);
    if (pool !== undefined) return capacityPercent(pool.sums);
    const { state, settle, isOverdue } = targetOfName(core, name);
    return isPresent(state, settle, isOverdue) ? 100 : 0;
  });
}

/** The signal or real server of a name in a rule: the configuration refuses names that do not exist. */
export function targetOfName(core: Core, name: string): Target {
  return expected(core.graph.targets.get(name), 'a target in a rule', name);
}

/** Services that a rule relies on, directly or through one of their servers, each once. */
export function poolsOf(graph: Graph, rule: Rule): ReadonlySet<Pool> {
  const pools = new Set<Pool>();
  for (const name of namesOf(rule)) {
    const pool = poolOfName(graph, name);
    if (pool !== null) pools.add(pool);
  }
  return pools;
}

/** The service of this name, or of the real server of this name; `null` for a signal. */
export function poolOfName(graph: Graph, name: string): Pool | null {
  return graph.pools.get(name) ?? graph.targets.get(name)?.pool ?? null;
}
