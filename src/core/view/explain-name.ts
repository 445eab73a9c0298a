import type { Rule } from '../../model/rule.ts';
import type { Explanation } from '../../model/view.ts';
import type { Core } from '../core.ts';
import { healthOfRule } from '../health/lookup.ts';
import { becauseOfRule, labelOfRule, partsOfRule, reasonOfPool } from '../health/explain.ts';
import type { Pool } from '../health/pool.ts';
import type { RouteEntry } from '../routes/entry.ts';
import type { Target } from '../settle/target.ts';
import { weightBecause } from '../weights/because-weight.ts';
import { NODE, drainLabel } from '../drains/maintenance.ts';
import { countedHealth, healthOf, reasonOf } from '../settle/settle.ts';
import {
  countersOfPool,
  countersOfRoute,
  countersOfServer,
  countersOfStart,
  countersOfTarget,
} from './counters.ts';
import {
  drainViewOfNode,
  drainViewOfRoute,
  drainViewOfServer,
  drainViewOfService,
} from './drains.ts';

/** Parts of one item that are listed; the others are counted. */
const PARTS_MAX = 20;

/** Items of one explanation: rules contain rules, and services have a `valid_when`. */
const NODES_MAX = 400;

/** So much of the current reason is searched for in that of the decision. */
const HEAD_CHARS = 40;

/** The core at one time, and how much of it may still be listed. */
interface Scope {
  readonly core: Core;
  readonly atMs: number;
  /** Items that may still be added. */
  left: number;
}

/** The chain from a name down to the observations at its root; `null`: no such name. */
export function explainName(core: Core, name: string, atMs: number): Explanation | null {
  const scope: Scope = { core, atMs, left: NODES_MAX };
  const entry = core.graph.routes.get(name);
  if (entry !== undefined) return explanationOfRoute(scope, entry);
  return name === NODE ? explanationOfNode(scope) : explanationOfName(scope, name);
}

function explanationOfNode(scope: Scope): Explanation {
  const { core, atMs } = scope;
  const entries = [...core.graph.routes.values()];
  const announced = entries.filter(({ state }) => state === 'announced');
  const rest = entries.filter(({ state }) => state !== 'announced');
  const drain = drainViewOfNode(core, atMs);
  const count = `${announced.length} of ${entries.length} routes are announced`;
  return {
    kind: 'node',
    name: core.graph.config.node,
    state: drain === null ? 'up' : 'draining',
    because: drain === null ? count : `${drainLabel(drain.drain)}; ${count}`,
    sinceMs: null,
    cause: null,
    drain,
    ...list(scope, [...rest, ...announced], [], (entry) => explanationOfRoute(scope, entry)),
  };
}

function explanationOfRoute(scope: Scope, entry: RouteEntry): Explanation {
  const { core, atMs } = scope;
  const now = becauseOfRule(core, entry.route.when, atMs);
  return {
    kind: 'route',
    name: entry.route.key,
    state: entry.state,
    because: isStillSo(entry.because, now) ? entry.because : `${entry.because}; now: ${now}`,
    sinceMs: entry.sinceMs,
    cause: entry.cause,
    drain: drainViewOfRoute(core, entry),
    ...list(scope, [entry.route.when], countersOfRoute(core, entry, atMs), (rule) =>
      explanationOfRule(scope, rule),
    ),
  };
}

/** Whether the reason of a decision, which may have a prefix and may be cut, is the current one. */
function isStillSo(because: string, now: string): boolean {
  const at = because.indexOf(now.slice(0, HEAD_CHARS));
  const text = because.slice(at);
  return at >= 0 && (text === now || (text.endsWith('…') && now.startsWith(text.slice(0, -1))));
}

function explanationOfRule(scope: Scope, rule: Rule): Explanation {
  const { core, atMs } = scope;
  if (rule.kind === 'name') {
    const explanation = explanationOfName(scope, rule.name);
    if (explanation !== null) return explanation;
  }
  const parts = partsOfRule(rule);
  const health = healthOfRule(core, rule);
  // Where not all can be listed, those that make the rule what it is come first.
  const decisive = parts.filter((part) => healthOfRule(core, part) === health);
  const rest = parts.filter((part) => healthOfRule(core, part) !== health);
  const ordered = parts.length > PARTS_MAX ? [...decisive, ...rest] : parts;
  return {
    kind: 'rule',
    name: labelOfRule(rule),
    state: health,
    because: becauseOfRule(core, rule, atMs),
    sinceMs: null,
    cause: null,
    drain: null,
    ...list(scope, ordered, [], (part) => explanationOfRule(scope, part)),
  };
}

function explanationOfName(scope: Scope, name: string): Explanation | null {
  const pool = scope.core.graph.pools.get(name);
  if (pool !== undefined) return explanationOfService(scope, pool);
  const target = scope.core.graph.targets.get(name);
  if (target === undefined) return null;
  return target.pool === null
    ? explanationOfSignal(scope, target)
    : explanationOfServer(scope, target, target.pool);
}

function explanationOfService(scope: Scope, pool: Pool): Explanation {
  const { core, atMs } = scope;
  const { validWhen } = pool.service;
  const failing = pool.servers.filter((server) => !isUp(server));
  const others = pool.servers.filter(isUp);
  const about: readonly (Rule | Target)[] = [
    ...(validWhen === null ? [] : [validWhen]),
    ...failing,
    ...others,
  ];
  return {
    kind: 'service',
    name: pool.name,
    state: pool.health,
    because: reasonOfPool(pool, atMs),
    sinceMs: pool.sinceMs,
    cause: pool.cause,
    drain: drainViewOfService(core, pool, atMs),
    ...list(scope, about, countersOfPool(pool), (one) =>
      'settle' in one ? explanationOfServer(scope, one, pool) : explanationOfRule(scope, one),
    ),
  };
}

function isUp({ state, settle }: Target): boolean {
  return countedHealth(state, settle) === 'up';
}

function explanationOfServer(scope: Scope, server: Target, pool: Pool): Explanation {
  const { core, atMs } = scope;
  const { ipvs } = server;
  const weight = ipvs === null ? '' : weightBecause(core, pool, ipvs, atMs);
  return {
    kind: 'real_server',
    name: server.key,
    state: healthOf(server.state),
    // Its state is in the line already.
    because: weight === '' || weight === 'up' ? reasonNow(server, atMs) : weight,
    sinceMs: server.state.sinceMs,
    cause: causeOf(server),
    counters: [...countersOfServer(server, pool, atMs), ...countersOfStart(core, server, atMs)],
    drain: drainViewOfServer(core, server, atMs),
    parts: [],
  };
}

function explanationOfSignal(scope: Scope, target: Target): Explanation {
  return {
    kind: 'signal',
    name: target.key,
    state: healthOf(target.state),
    because: reasonNow(target, scope.atMs),
    sinceMs: target.state.sinceMs,
    cause: causeOf(target),
    counters: [
      ...countersOfTarget(target, scope.atMs),
      ...countersOfStart(scope.core, target, scope.atMs),
    ],
    drain: null,
    parts: [],
  };
}

/** The reason of its health, and of the loss of its observer while that health is held. */
function reasonNow({ state, settle }: Target, atMs: number): string {
  const reason = reasonOf(state, settle, atMs);
  if (state.lost === null) return reason;
  return [reason, `observer lost: ${state.lost.reason}`].filter((text) => text !== '').join('; ');
}

function causeOf({ state }: Target): Explanation['cause'] {
  return state.cause === null ? null : { kind: 'observation', observation: state.cause };
}

/** The first of them as parts, and a counter of the others. */
function list<T>(
  scope: Scope,
  all: readonly T[],
  counters: Explanation['counters'],
  explain: (one: T) => Explanation,
): Pick<Explanation, 'counters' | 'parts'> {
  const shown = all.slice(0, Math.min(PARTS_MAX, scope.left));
  scope.left -= shown.length;
  const more = all.length - shown.length;
  return {
    counters: more === 0 ? counters : [...counters, { label: 'not shown', value: `${more} more` }],
    parts: shown.map(explain),
  };
}
