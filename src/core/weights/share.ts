import type { Observation } from '../../model/observation.ts';
import type { Shares } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import type { Graph } from '../graph.ts';
import type { Pool, Target } from '../nodes.ts';
import { baseOf } from './table.ts';
import { isDrained } from '../drains/maintenance.ts';

/**
 * Brings a server's shares up to date: its base weight, or 1 while none is known, and what is
 * left of it as it reports. Whole numbers, so that sums of them stay exact; at least 1 while
 * anything is left. A slow start is no part of it: that must not take a service down.
 */
export function share(core: Core, server: Target): void {
  const { ipvs, percent } = server;
  if (ipvs !== null) server.weight = baseOf(ipvs) ?? 1;
  const isOut = percent === 0 || server.weight === 0 || isDrained(core, server);
  server.live = isOut ? 0 : Math.max(1, Math.round((server.weight * percent) / 100));
}

/** Takes over the newest word on what it can take; `null` where it said nothing new. */
export function takeAgentPercent(target: Target): Observation | null {
  const { queue, percent } = target;
  if (queue === null) return null;
  for (let index = queue.length - 1; index >= 0; index -= 1) {
    const word = queue[index];
    const said = word === undefined ? null : agentPercentOf(word);
    if (word === undefined || said === null) continue;
    target.percent = said;
    return said === percent ? null : word;
  }
  return null;
}

/**
 * What a result says of how much it can take. Each result stands for itself: `up` without a word
 * of it is all, so that nobody stays drained by a word that is not repeated. While it is down or
 * nobody knows, what it said last is kept; `null`.
 */
export function agentPercentOf({ state, weightPercent }: Observation): number | null {
  if (weightPercent !== undefined) return percentOf(weightPercent);
  return state === 'up' ? 100 : null;
}

function wholePercent(part: number, whole: number): number | null {
  if (whole === 0) return null;
  return part === 0 ? 0 : Math.max(1, Math.round((100 * part) / whole));
}

/** Sources check what they are told; a sum must not depend on it. */
function percentOf(weightPercent: number): number {
  return Math.min(Math.max(weightPercent, 0), 100);
}

/**
 * A quorum counts weights, so before they are known it says nothing: an own start must not
 * withdraw what is in place. This ends with the first table, and with `startup_timeout`.
 */
export function lacksBases(core: Core, pool: Pool): boolean {
  if (!core.ipvs.isAwaited || pool.ipvs === null) return false;
  const { quorum, hysteresis } = pool.service;
  if (quorum === null && hysteresis === null) return false;
  return pool.servers.some(({ ipvs }) => ipvs !== null && baseOf(ipvs) === null);
}

/** What is left of each service's weight and each real server's; of a signal nothing is known. */
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
