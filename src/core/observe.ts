import type { Observation } from '../model/observation.ts';
import type { Core } from './core.ts';
import { agentPercentOf } from './health/share.ts';
import { enqueue } from './settle/queue.ts';
import { isQuiet } from './settle/settle.ts';
import type { Target } from './settle/target.ts';
import { touchTarget } from './touch.ts';

/**
 * The hot path: one Map, one comparison, and nearly always nothing else.
 * True where the observation may change something: then a turn is wanted.
 */
export function observe(core: Core, observation: Observation): boolean {
  const target = core.graph.targets.get(observation.signal);
  // A probe may have been in flight when a reload removed its target.
  if (target === undefined) return false;
  if (target.queue === null && isNothingNew(target, observation)) return false;
  enqueue(target, observation);
  touchTarget(core, target);
  return true;
}

function isNothingNew(target: Target, observation: Observation): boolean {
  const isExpected = target.pending === null && isQuiet(target.state, observation);
  return isExpected && !isNewPercent(target, observation);
}

function isNewPercent({ percent }: Target, observation: Observation): boolean {
  const newPercent = agentPercentOf(observation);
  return newPercent !== null && newPercent !== percent;
}
