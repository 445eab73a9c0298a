import type { Loose } from './loose.ts';
import { parsePercent } from './parse/percent.ts';
import { known } from './parse/result.ts';
import { MAX32, type DegradeStepFile, type RouteFile } from './schema/routes.ts';
import type { DegradeStep } from '../model/route.ts';

/** Worse than any usual MED, by this. */
const DRAIN_MED_STEP = 1_000;

export type MedStep = NonNullable<DegradeStep['med']>;

export function medStepOf(med: number | string): MedStep {
  return typeof med === 'string'
    ? { kind: 'add', value: Number(med) }
    : { kind: 'set', value: med };
}

/** Highest `below` first: the order in which steps apply as capacity goes. */
export function orderedSteps<Step extends Loose<DegradeStepFile>>(steps: readonly Step[]): Step[] {
  const below = (step: Step): number =>
    step.below === undefined ? 0 : known(parsePercent(step.below));
  return steps.toSorted((a, b) => below(b) - below(a));
}

/** The highest MED the route reaches while its steps add up. */
export function highestMed(base: number, steps: readonly Loose<DegradeStepFile>[]): number {
  let med = base;
  let highest = base;
  for (const step of orderedSteps(steps)) {
    if (step.med === undefined) continue;
    const change = medStepOf(step.med);
    med = change.kind === 'add' ? med + change.value : change.value;
    highest = Math.max(highest, med);
  }
  return highest;
}

/** Where this route stands among the nodes: each route starts the ladder at another node. */
export interface LadderPlace {
  readonly nodes: number;
  readonly nodeIndex: number;
  readonly routeIndex: number;
}

/** This node's rung. */
export function medOf(med: RouteFile['med'], place: LadderPlace): number | null {
  if (med === undefined || typeof med === 'number') return med ?? null;
  const { nodes, nodeIndex, routeIndex } = place;
  const rank = (((nodeIndex - routeIndex) % nodes) + nodes) % nodes;
  return med.ladder.base + rank * med.ladder.step;
}

/** The MED while draining: worse than every rung, and than whatever `degrade` reaches. */
export function drainMedOf(route: RouteFile, med: number | null, nodes: number): number {
  const { med: configured } = route;
  const worst =
    configured !== undefined && typeof configured !== 'number'
      ? configured.ladder.base + configured.ladder.step * nodes
      : (med ?? 0);
  const degraded = highestMed(med ?? 0, route.degrade ?? []);
  return Math.min(MAX32, Math.max(worst + DRAIN_MED_STEP, degraded));
}
