import type { Observation } from '../../model/observation.ts';
import type { ProbeAnswer } from './prober.ts';
import type { ScheduledTarget } from './scheduled-target.ts';

/** One shape for nearly all of them: what servers seldom say is only there where one said it. */
export function observationOf(
  target: ScheduledTarget,
  answer: ProbeAnswer,
  atMs: number,
): Observation {
  const { state, reason, weightPercent, detail } = answer;
  const latencyMs = atMs - target.startedAtMs;
  const observation = { signal: target.spec.key, state, reason, atMs, latencyMs };
  if (weightPercent === undefined && detail === undefined) return observation;
  return {
    ...observation,
    ...(weightPercent === undefined ? {} : { weightPercent }),
    ...(detail === undefined ? {} : { detail }),
  };
}
