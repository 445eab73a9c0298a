import type { Observation } from '../../model/observation.ts';
import type { Shares } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { isDrained } from '../drains/maintenance.ts';
import type { Graph } from '../graph.ts';
import { baseOf } from '../ipvs/ipvs-server.ts';
import type { Target } from '../settle/target.ts';
import type { Writable } from '../writable.ts';
import type { Pool } from './pool.ts';

/**
 * Works out what a server adds to its service: its base weight, or 1 while that is not known, and
 * how much of it is live. Whole numbers, so that sums of them stay exact; at least 1 while
 * anything is left. A slow start does not count: it must not take a service down.
 */
export function updateShare(core: Core, server: Writable<Target, 'weight' | 'live'>): void {
  const { ipvs, percent, configuredWeight } = server;
  server.weight = configuredWeight ?? (ipvs === null ? null : baseOf(ipvs)) ?? 1;
  const isOut = percent === 0 || server.weight === 0 || isDrained(core, server);
  server.live = isOut ? 0 : Math.max(1, Math.round((server.weight * percent) / 100));
}

type AgentTarget = Writable<Target, 'percent'>;

/** Sets the weight that its check reports, percent of its base weight. */
export function setAgentPercent(target: AgentTarget, percent: number): void {
  target.percent = percent;
}

/** Takes the newest agent weight of these results; `null` where it is the same as before. */
export function takeAgentPercent(
  target: AgentTarget,
  queue: readonly Observation[],
): Observation | null {
  for (const result of queue.toReversed()) {
    const percent = agentPercentOf(result);
    if (percent === null) continue;
    if (percent === target.percent) return null;
    setAgentPercent(target, percent);
    return result;
  }
  return null;
}

/**
 * The agent weight of one result. An `up` without a weight stands for 100 %, so that a weight that
 * is not repeated does not stay. `null` while the server is down or not observed: the last one stays.
 */
export function agentPercentOf({ state, weightPercent }: Observation): number | null {
  if (weightPercent !== undefined) return clampPercent(weightPercent);
  return state === 'up' ? 100 : null;
}

/** Sources check what they read; sums must not depend on that. */
function clampPercent(weightPercent: number): number {
  return Math.min(Math.max(weightPercent, 0), 100);
}

/**
 * A quorum counts weights. Before they are known the service is unknown: our own start must not
 * withdraw what is in place. This ends with the first table, or with `startup_timeout`.
 */
export function lacksBases(core: Core, pool: Pool): boolean {
  if (!core.ipvs.isAwaited || pool.ipvs === null) return false;
  const { quorum, hysteresis } = pool.service;
  if (quorum === null && hysteresis === null) return false;
  return pool.servers.some(({ ipvs }) => ipvs !== null && baseOf(ipvs) === null);
}

/** How much each service and real server can take at present; `null` for a signal. */
export class LiveShares implements Shares {
  readonly #graph: () => Graph;

  constructor(graph: () => Graph) {
    this.#graph = graph;
  }

  percentOf(name: string): number | null {
    const { pools, targets } = this.#graph();
    const pool = pools.get(name);
    if (pool !== undefined) return wholePercent(pool.sums.up, pool.sums.total);
    const server = targets.get(name);
    return server?.pool ? wholePercent(server.live, server.weight) : null;
  }
}

function wholePercent(part: number, whole: number): number | null {
  if (whole === 0) return null;
  return part === 0 ? 0 : Math.max(1, Math.round((100 * part) / whole));
}
