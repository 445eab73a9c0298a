import type { Config } from '../model/config.ts';
import type { Rule } from '../model/rule.ts';
import type { RealServerView, ServiceView, View } from '../model/view.ts';
import { isSafeText } from './maintenance-file.ts';
import type { WallClock } from './wall-clock.ts';

/** What an operator asks for; times are monotonic milliseconds. */
export interface DrainRequest {
  readonly reason: string;
  /** Empty: not given. */
  readonly owner: string;
  readonly untilMs: number | null;
  readonly isForced: boolean;
}

export type ParseResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const OWNER_MAX_CHARS = 64;
const LENGTH_MAX_MS = 366 * 24 * 3_600_000;
const DURATION_FORMAT = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)$/u;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const knownKeys: ReadonlySet<string> = new Set(['reason', 'owner', 'for', 'until', 'force']);

/** The body of `POST /api/v1/drain/NAME`; an empty one asks for a drain without an end. */
export function parseDrainRequest(body: string, clock: WallClock): ParseResult<DrainRequest> {
  const parsed = parseJson(body);
  if (!parsed.ok) return parsed;
  const fields = parsed.value;
  const stranger = Object.keys(fields).find((key) => !knownKeys.has(key));
  if (stranger !== undefined)
    return bad('unknown key: expected reason, owner, for, until or force');
  const { reason = '', owner = '', force = false } = fields;
  if (typeof reason !== 'string' || !isSafeText(reason)) {
    return bad('reason: expected text of at most 300 characters, without control characters');
  }
  if (typeof owner !== 'string' || !isSafeText(owner, OWNER_MAX_CHARS)) {
    return bad('owner: expected text of at most 64 characters, without control characters');
  }
  if (typeof force !== 'boolean') return bad('force: expected true or false');
  const until = parseUntil(fields['for'], fields['until'], clock);
  if (!until.ok) return until;
  return { ok: true, value: { reason, owner, untilMs: until.value, isForced: force } };
}

/** Why this drain asks for `force`; `null`: it does not. */
export function needsForce(name: string, view: View, config: Config): string | null {
  const services = view.services();
  for (const service of services) {
    const server = service.realServers.find(({ key }) => key === name);
    if (server !== undefined) return forceForServer(server, service);
  }
  return forceForBudget(name, view, config);
}

function forceForServer(server: RealServerView, service: ServiceView): string | null {
  if (!isServing(server)) return null;
  const others = service.realServers.filter((each) => each !== server && isServing(each));
  if (others.length === 0) {
    return `${server.address} is the last server of ${service.name} that takes connections`;
  }
  const left = others.reduce((sum, { baseWeight }) => sum + (baseWeight ?? 1), 0);
  if (service.state !== 'up' || left >= service.quorum) return null;
  return (
    `${service.name} goes down without ${server.address}: ` +
    `weight ${left} is left, ${service.quorum} needed`
  );
}

function isServing({ isPooled, drain }: RealServerView): boolean {
  return isPooled && drain === null;
}

/** Where other nodes take over, this one may not give them more than `max_withdraw` at once. */
function forceForBudget(name: string, view: View, config: Config): string | null {
  const { maxWithdraw, nodes, routes } = config;
  if (maxWithdraw === null || nodes.length < 2 || routes.length === 0) return null;
  const limit = Math.max(1, Math.floor(maxWithdraw.share * routes.length));
  const going = new Set(goingWith(name, view, config));
  if (going.size === 0) return null;
  for (const { route, drain } of view.routes()) if (drain !== null) going.add(route.key);
  if (going.size <= limit) return null;
  return (
    `${going.size} of ${routes.length} routes would be in maintenance, ` +
    `max_withdraw allows ${limit} at once`
  );
}

/** The routes that a drain of this name takes along: one whose rule is met without it stays. */
function goingWith(name: string, view: View, config: Config): readonly string[] {
  const rest = new Set(upNames(view));
  rest.delete(name);
  return config.routes
    .filter(({ key, when }) => {
      return name === 'node' || name === key || (names(when, name) && !isMet(when, rest));
    })
    .map(({ key }) => key);
}

function upNames(view: View): readonly string[] {
  const services = view.services();
  return [
    ...view
      .signals()
      .filter(({ state }) => state === 'up')
      .map((signal) => signal.name),
    ...services.filter(({ state }) => state === 'up').map((service) => service.name),
    ...services.flatMap(({ realServers }) =>
      realServers.filter(({ state }) => state === 'up').map(({ key }) => key),
    ),
  ];
}

/** What is unknown counts as not up: who asks for too little force learns it too late. */
function isMet(rule: Rule, up: ReadonlySet<string>): boolean {
  switch (rule.kind) {
    case 'name':
      return up.has(rule.name);
    case 'not':
      return !isMet(rule.rule, up);
    case 'all':
      return rule.of.every((part) => isMet(part, up));
    case 'any':
      return rule.of.some((part) => isMet(part, up));
    case 'at_least':
      return rule.of.filter((part) => isMet(part, up)).length >= rule.count;
    default:
      return rule satisfies never;
  }
}

function names(rule: Rule, name: string): boolean {
  switch (rule.kind) {
    case 'name':
      return rule.name === name;
    case 'not':
      return names(rule.rule, name);
    case 'all':
    case 'any':
    case 'at_least':
      return rule.of.some((part) => names(part, name));
    default:
      return rule satisfies never;
  }
}

function parseUntil(length: unknown, until: unknown, clock: WallClock): ParseResult<number | null> {
  const nowMs = clock.nowMs();
  if (length !== undefined && until !== undefined) return bad('give either for or until');
  if (typeof length === 'string') {
    const [, amount = '', unit = ''] = DURATION_FORMAT.exec(length) ?? [];
    const lengthMs = Number(amount) * (unitMs[unit] ?? NaN);
    if (lengthMs > 0 && lengthMs <= LENGTH_MAX_MS) return { ok: true, value: nowMs + lengthMs };
  }
  if (length !== undefined) return bad('for: expected a duration such as 30m or 2h');
  if (until === undefined || until === null) return { ok: true, value: null };
  const wallMs = typeof until === 'string' ? Date.parse(until) : NaN;
  const untilMs = clock.toMonotonic(wallMs);
  if (untilMs > nowMs && untilMs <= nowMs + LENGTH_MAX_MS) return { ok: true, value: untilMs };
  return bad('until: expected a time in the future, as RFC 3339');
}

function parseJson(body: string): ParseResult<Readonly<Record<string, unknown>>> {
  if (body.trim() === '') return { ok: true, value: {} };
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ok: true, value: { ...value } };
    }
  } catch {
    // Refused below, like any other body that is not an object.
  }
  return bad('expected a JSON object');
}

function bad(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
