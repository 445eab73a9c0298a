import type { Config } from '../model/config.ts';
import { emptyDraft, type Core } from './core.ts';
import { Deadlines } from './deadlines.ts';
import { LiveShares } from './health/share.ts';
import { applyConfig } from './reload.ts';
import { createBudget } from './routes/budget.ts';
import { propagate } from './turn.ts';

/** A core without any observation yet. It wants a first turn. */
export function createCore(config: Config, nowMs: number): Core {
  const core: Core = {
    graph: { config, targets: new Map(), pools: new Map(), routes: new Map() },
    deadlines: new Deadlines(),
    intents: new Map(),
    weights: new Map(),
    shares: new LiveShares(() => core.graph),
    falling: new Set(),
    ipvs: { state: 'lost', isAwaited: true, isUnconfirmedLogged: false },
    drains: new Map(),
    watched: new Set(),
    budget: createBudget(null, 0, []),
    budgetTimer: { kind: 'budget', slot: -1 },
    held: new Map(),
    heldLogged: 0,
    isStopAsked: false,
    isStopping: false,
    draining: new Set(),
    work: { signals: [], pools: [], weighed: [], routes: [], cause: null },
    draft: emptyDraft(),
    turns: 0,
  };
  applyConfig(core, config, nowMs);
  propagate(core, { kind: 'config', atMs: nowMs }, nowMs);
  return core;
}
