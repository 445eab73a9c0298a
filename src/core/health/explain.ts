import type { Rule } from '../../model/rule.ts';
import type { Health } from '../../model/turn.ts';
import type { Core } from '../core.ts';
import { countedHealth, healthOf, reasonOf } from '../settle/settle.ts';
import type { Target } from '../settle/target.ts';
import { healthOfName, healthOfRule, targetOfName } from './lookup.ts';
import type { Pool } from './pool.ts';

/** Limits of a reason: a failure of thousands of servers must not produce megabytes of text. */
const BECAUSE_MAX_CHARS = 300;
const REASON_MAX_CHARS = 60;
const SERVERS_MAX = 3;
const PARTS_MAX = 4;

/** A rule with the value of each of its parts: the whole chain, for `routevane explain`. */
interface ExplainedRule {
  readonly kind: Rule['kind'];
  readonly health: Health;
  /** Without its parts: `web`, `all of`, `at least 2 of`. */
  readonly label: string;
  /** Why a name has its health; empty where it is up as a whole. */
  readonly reason: string;
  readonly parts: readonly ExplainedRule[];
}

export function explainRule(
  core: Core,
  rule: Rule,
  nowMs: number,
  reasons?: Map<string, string>,
): ExplainedRule {
  const reason = rule.kind === 'name' ? reasonOnce(core, rule.name, nowMs, reasons) : '';
  return {
    kind: rule.kind,
    health: healthOfRule(core, rule),
    label: labelOfRule(rule),
    reason,
    parts: partsOfRule(rule).map((part) => explainRule(core, part, nowMs, reasons)),
  };
}

/** The rules inside a rule; a name has none. */
export function partsOfRule(rule: Rule): readonly Rule[] {
  switch (rule.kind) {
    case 'name':
      return [];
    case 'not':
      return [rule.rule];
    case 'all':
    case 'any':
    case 'at_least':
      return rule.of;
    default:
      return rule satisfies never;
  }
}

/** The text of a rule without its parts: `web`, `all of`, `at least 2 of`. */
export function labelOfRule(rule: Rule): string {
  switch (rule.kind) {
    case 'name':
      return rule.name;
    case 'not':
      return 'not';
    case 'all':
      return 'all of';
    case 'any':
      return 'any of';
    case 'at_least':
      return `at least ${rule.count} of`;
    default:
      return rule satisfies never;
  }
}

/**
 * A rule and its value in one plain sentence: `web is down (0 of 2 servers up: …); tor-a is up`.
 *
 * @param reasons of names at this instant, kept for the next rule: a thousand may name one service.
 */
export function becauseOfRule(
  core: Core,
  rule: Rule,
  nowMs: number,
  reasons?: Map<string, string>,
): string {
  const node = explainRule(core, rule, nowMs, reasons);
  return node.kind === 'all' ? listParts(node) : describe(node);
}

/** Cut to the limit of one decision's text. */
export function clipBecause(text: string): string {
  return clip(text, BECAUSE_MAX_CHARS);
}

function describe(node: ExplainedRule): string {
  if (node.kind !== 'name') return `${node.label} (${listParts(node)})`;
  const reason = node.reason === '' ? '' : ` (${node.reason})`;
  return `${node.label} is ${node.health}${reason}`;
}

/** In the order of the file; where there are too many, those that decide the health come first. */
function listParts(node: ExplainedRule): string {
  const decisive = node.parts.filter((part) => part.health === node.health);
  const rest = node.parts.filter((part) => part.health !== node.health);
  const parts = node.parts.length > PARTS_MAX ? [...decisive, ...rest] : node.parts;
  return listUpTo(PARTS_MAX, parts.length, parts.slice(0, PARTS_MAX).map(describe), '; ');
}

function reasonOnce(
  core: Core,
  name: string,
  nowMs: number,
  reasons?: Map<string, string>,
): string {
  const known = reasons?.get(name);
  if (known !== undefined) return known;
  const reason = reasonOfName(core, name, nowMs);
  reasons?.set(name, reason);
  return reason;
}

function reasonOfName(core: Core, name: string, nowMs: number): string {
  const pool = core.graph.pools.get(name);
  if (pool !== undefined) {
    const isWhole = pool.sums.serversUp === pool.sums.servers && pool.health === 'up';
    return isWhole ? '' : reasonOfPool(pool, nowMs);
  }
  const target = targetOfName(core, name);
  const reason = clip(reasonOf(target.state, target.settle, nowMs), REASON_MAX_CHARS);
  const isCounted = healthOf(target.state) !== healthOfName(core, name);
  return isCounted ? `${reason}; counts as down` : reason;
}

/** `1 of 3 servers up: 10.0.1.12:443 refused, 10.0.1.13:443 no result yet`. */
export function reasonOfPool(pool: Pool, nowMs: number): string {
  const { sums, service, thresholds } = pool;
  const isIdle = sums.serversUp > 0 && sums.up === 0;
  const idleText = isIdle ? ', none of them takes connections' : '';
  const upText = `${sums.serversUp} of ${sums.servers} servers up${idleText}`;
  const needed = pool.wasUp ? thresholds.fall : thresholds.rise;
  const quorumText =
    service.quorum === null ? '' : `, weight ${sums.up} of ${sums.total}, ${needed} needed`;
  const notUp = sums.servers - sums.serversUp;
  const failing = firstNotUp(pool).map((server) => describeServer(pool, server, nowMs));
  const failingText = listUpTo(SERVERS_MAX, notUp, failing, ', ');
  return failingText === '' ? upText + quorumText : `${upText}${quorumText}: ${failingText}`;
}

function firstNotUp(pool: Pool): readonly Target[] {
  const found: Target[] = [];
  if (pool.sums.serversUp === pool.sums.servers) return found;
  for (const server of pool.servers) {
    if (countedHealth(server.state, server.settle) === 'up') continue;
    found.push(server);
    if (found.length === SERVERS_MAX) break;
  }
  return found;
}

function describeServer(pool: Pool, server: Target, nowMs: number): string {
  const address = server.key.slice(pool.name.length + 1);
  return `${address} ${clip(reasonOf(server.state, server.settle, nowMs), REASON_MAX_CHARS)}`;
}

function listUpTo(max: number, total: number, shown: readonly string[], separator: string): string {
  if (total > max) return [...shown, `and ${total - max} more`].join(separator);
  return shown.join(separator);
}

/** Cuts at a whole character, so that no half of a surrogate pair is left. */
function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(0, maxChars - 1);
  return `${/[\uD800-\uDBFF]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}
