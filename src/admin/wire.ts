/** How parts of the model are written as JSON: the names of the contract, in snake_case. */
import type { Service } from '../model/service.ts';
import type { ApiCause, ApiCauseFacts, ApiDrain, ApiExplainStep } from '../protocol/api.ts';
import type { Cause } from '../model/turn.ts';
import type { DrainView, Explanation, RealServerView, RouteView } from '../model/view.ts';
import type { WallClock } from './wall-clock.ts';

/** Digits behind the point of a latency or reaction time in milliseconds: microseconds. */
const MS_DIGITS = 3;

export function virtualText(virtual: Service['virtual']): string | null {
  if (virtual === null) return null;
  if (virtual.kind === 'fwmark') return `fwmark ${virtual.mark}`;
  const { address, port, protocol } = virtual;
  return `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`;
}

export function roundMs(ms: number): number {
  return Number(ms.toFixed(MS_DIGITS));
}

/**
 * What a real server carries; 0 where it was taken out of the table. Without IPVS no sink gets a
 * weight: there it is what counts for the quorum. `null`: not known yet, or the
 * table lacks it.
 */
export function weightOf(server: RealServerView): number | null {
  const { weight, baseWeight, isPooled, isInTable } = server;
  if (isInTable === false) return null;
  return weightNumber(weight) ?? (isPooled ? baseWeight : 0);
}

/** Whether routevane took it out of the IPVS table, where it would still be otherwise. */
export function isRemoved({ weight, isInTable }: RealServerView): boolean {
  return weight === 'removed' && isInTable !== false;
}

/** The one form of a weight in status and stream: a number; 0 where the server was removed. */
export function weightNumber(weight: number | 'removed'): number;
export function weightNumber(weight: number | 'removed' | null): number | null;
export function weightNumber(weight: number | 'removed' | null): number | null {
  return weight === 'removed' ? 0 : weight;
}

/** A drain with routes that ExaBGP has not confirmed yet is not over, whatever was sent. */
export function drainJson(
  view: DrainView | null,
  clock: WallClock,
  awaited: ReadonlyMap<string, number> = new Map(),
): ApiDrain | null {
  if (view === null) return null;
  const { drain, isDone, isOut, activeConnections, deadlineMs } = view;
  const unconfirmed = awaited.get(drain.name) ?? 0;
  return {
    name: drain.name,
    reason: drain.reason,
    owner: drain.owner,
    on_behalf_of: drain.onBehalfOf ?? null,
    since: clock.text(drain.sinceMs),
    until: clock.textOrNull(drain.untilMs),
    done: isDone && unconfirmed === 0,
    out: isOut && unconfirmed === 0,
    progress: {
      active_connections: activeConnections,
      deadline: clock.textOrNull(deadlineMs),
      unconfirmed_routes: unconfirmed,
    },
  };
}

/** By drain: how many of its routes have a last command that ExaBGP has not confirmed yet. */
export function awaitedByDrain(
  routes: readonly RouteView[],
  isAwaited: (routeKey: string) => boolean,
): ReadonlyMap<string, number> {
  const awaited = new Map<string, number>();
  for (const { route, drain } of routes) {
    if (drain === null || !isAwaited(route.key)) continue;
    const { name } = drain.drain;
    awaited.set(name, (awaited.get(name) ?? 0) + 1);
  }
  return awaited;
}

/** The root of a change, with its time. */
export function causeJson(cause: Cause, clock: WallClock): ApiCause {
  const facts = causeFacts(cause);
  if (cause.kind !== 'observation') return { ...facts, at: clock.text(cause.atMs) };
  const { atMs, latencyMs, detail } = cause.observation;
  return {
    ...facts,
    at: clock.text(atMs),
    ...(latencyMs !== undefined && { latency_ms: roundMs(latencyMs) }),
    ...(detail !== undefined && { detail }),
  };
}

/** The root of a change as words need it. */
export function causeFacts(cause: Cause): ApiCauseFacts {
  switch (cause.kind) {
    case 'observation': {
      const { signal, state, reason } = cause.observation;
      return { kind: cause.kind, signal, state, reason };
    }
    case 'drain': {
      const { name, reason, owner, onBehalfOf = null } = cause.drain;
      const { kind, change } = cause;
      return { kind, change, name, reason, owner, on_behalf_of: onBehalfOf };
    }
    case 'startup-timeout':
    case 'budget':
    case 'config':
    case 'table':
    case 'stop':
      return { kind: cause.kind };
    default:
      return cause satisfies never;
  }
}

export function explanationJson(step: Explanation, clock: WallClock): ApiExplainStep {
  return {
    kind: step.kind,
    name: step.name,
    state: step.state,
    because: step.because,
    since: clock.textOrNull(step.sinceMs),
    cause: step.cause === null ? null : causeJson(step.cause, clock),
    counters: step.counters,
    drain: drainJson(step.drain, clock),
    parts: step.parts.map((part) => explanationJson(part, clock)),
  };
}
