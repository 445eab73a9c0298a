import type { Observation } from '../../model/observation.ts';
import type { Answer } from './prober.ts';
import type { Target } from './target.ts';

/** One shape for nearly all of them: what servers seldom say is only there where one said it. */
export function observationOf(target: Target, answer: Answer, atMs: number): Observation {
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
