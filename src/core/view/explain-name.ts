import type { Rule } from '../../model/rule.ts';
import type { Explanation } from '../../model/view.ts';
import type { Core } from '../core.ts';
import { healthOfRule } from '../health/lookup.ts';
import { becauseOfRule, labelOfRule, partsOfRule, reasonOfPool } from '../health/explain.ts';
import type { Pool } from '../health/pool.ts';
import type { RouteEntry } from '../routes/entry.ts';
import type { Target } from '../settle/target.ts';
import { weightBecause } from '../weights/because-weight.ts';
import { NODE, drainText } from '../drains/maintenance.ts';
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

/** Parts of one thing that are told; the others are counted. */
const PARTS_MAX = 20;

/** Things of one explanation: rules may name rules, and services the services they need. */
const NODES_MAX = 400;

/** By so much the begin of a reason is found again. */
const HEAD_CHARS = 40;

/** What an explanation is made from. */
interface Teller {
  readonly core: Core;
  readonly atMs: number;
  /** How many more things may be told. */
  left: number;
}

/** The chain from a name down to the observations at its root; `null`: no such name. */
export function explainName(core: Core, name: string, atMs: number): Explanation | null {
  const teller: Teller = { core, atMs, left: NODES_MAX };
  const entry = core.graph.routes.get(name);
  if (entry !== undefined) return tellRoute(teller, entry);
  return name === NODE ? tellNode(teller) : tellName(teller, name);
}

function tellNode(teller: Teller): Explanation {
  const { core, atMs } = teller;
  const entries = [...core.graph.routes.values()];
  const announced = entries.filter(({ state }) => state === 'announced');
  const rest = entries.filter(({ state }) => state !== 'announced');
  const drain = drainViewOfNode(core, atMs);
  const count = `${announced.length} of ${entries.length} routes are announced`;
  return {
    kind: 'node',
    name: core.graph.config.node,
    state: drain === null ? 'up' : 'draining',
    because: drain === null ? count : `${drainText(drain.drain)}; ${count}`,
    sinceMs: null,
    cause: null,
    drain,
    ...list(teller, [...rest, ...announced], [], (entry) => tellRoute(teller, entry)),
  };
}

function tellRoute(teller: Teller, entry: RouteEntry): Explanation {
  const { core, atMs } = teller;
  const now = becauseOfRule(core, entry.route.when, atMs);
  return {
    kind: 'route',
    name: entry.route.key,
    state: entry.state,
    because: isStillSo(entry.because, now) ? entry.because : `${entry.because}; now: ${now}`,
    sinceMs: entry.sinceMs,
    cause: entry.cause,
    drain: drainViewOfRoute(core, entry),
    ...list(teller, [entry.route.when], countersOfRoute(core, entry, atMs), (rule) =>
      tellRule(teller, rule),
    ),
  };
}

/** Whether what was said of a decision, which may begin with more and may be cut, is so now. */
function isStillSo(because: string, now: string): boolean {
  const at = because.indexOf(now.slice(0, HEAD_CHARS));
  const said = because.slice(at);
  return at >= 0 && (said === now || (said.endsWith('…') && now.startsWith(said.slice(0, -1))));
}

function tellRule(teller: Teller, rule: Rule): Explanation {
  const { core, atMs } = teller;
  if (rule.kind === 'name') {
    const told = tellName(teller, rule.name);
    if (told !== null) return told;
  }
  const parts = partsOfRule(rule);
  const health = healthOfRule(core, rule);
  // Where not all can be told, those that make it what it is come first.
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
    ...list(teller, ordered, [], (part) => tellRule(teller, part)),
  };
}

function tellName(teller: Teller, name: string): Explanation | null {
  const pool = teller.core.graph.pools.get(name);
  if (pool !== undefined) return tellService(teller, pool);
  const target = teller.core.graph.targets.get(name);
  if (target === undefined) return null;
  return target.pool === null
    ? tellSignal(teller, target)
    : tellServer(teller, target, target.pool);
}

function tellService(teller: Teller, pool: Pool): Explanation {
  const { core, atMs } = teller;
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
    ...list(teller, about, countersOfPool(pool), (one) =>
      'settle' in one ? tellServer(teller, one, pool) : tellRule(teller, one),
    ),
  };
}

function isUp({ state, settle }: Target): boolean {
  return countedHealth(state, settle) === 'up';
}

function tellServer(teller: Teller, server: Target, pool: Pool): Explanation {
  const { core, atMs } = teller;
  const { ipvs } = server;
  const weight = ipvs === null ? '' : weightBecause(core, pool, ipvs, atMs);
  return {
    kind: 'real_server',
    name: server.key,
    state: healthOf(server.state),
    // That it is up is said already.
    because: weight === '' || weight === 'up' ? reasonNow(server, atMs) : weight,
    sinceMs: server.state.sinceMs,
    cause: causeOf(server),
    counters: [...countersOfServer(server, pool, atMs), ...countersOfStart(core, server, atMs)],
    drain: drainViewOfServer(core, server, atMs),
    parts: [],
  };
}

function tellSignal(teller: Teller, target: Target): Explanation {
  return {
    kind: 'signal',
    name: target.key,
    state: healthOf(target.state),
    because: reasonNow(target, teller.atMs),
    sinceMs: target.state.sinceMs,
    cause: causeOf(target),
    counters: [
      ...countersOfTarget(target, teller.atMs),
      ...countersOfStart(teller.core, target, teller.atMs),
    ],
    drain: null,
    parts: [],
  };
}

/** Beside a health that is held: that the observer is lost, and why. */
function reasonNow({ state, settle }: Target, atMs: number): string {
  const reason = reasonOf(state, settle, atMs);
  if (state.lost === null) return reason;
  return [reason, `observer lost: ${state.lost.reason}`].filter((text) => text !== '').join('; ');
}

function causeOf({ state }: Target): Explanation['cause'] {
  return state.cause === null ? null : { kind: 'observation', observation: state.cause };
}

/** The first of them, and how many there are beside. */
function list<T>(
  teller: Teller,
  all: readonly T[],
  counters: Explanation['counters'],
  tell: (one: T) => Explanation,
): Pick<Explanation, 'counters' | 'parts'> {
  const shown = all.slice(0, Math.min(PARTS_MAX, teller.left));
  teller.left -= shown.length;
  const more = all.length - shown.length;
  return {
    counters: more === 0 ? counters : [...counters, { label: 'not shown', value: `${more} more` }],
    parts: shown.map(tell),
  };
}
