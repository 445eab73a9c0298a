/** How parts of the model are written as JSON: the names of the contract, in snake_case. */
import type { Service } from '../model/service.ts';
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
 * What a real server carries; 0 where it was taken out of the table. Without IPVS nobody is told a
 * weight: there it is what counts for the quorum. `null`: not known yet, or the
 * table lacks it.
 */
export function weightOf(server: RealServerView): number | null {
  const { weight, baseWeight, isPooled, isInTable } = server;
  if (isInTable === false) return null;
  if (weight === 'removed') return 0;
  return weight ?? (isPooled ? baseWeight : 0);
}

/** A drain with routes that ExaBGP has not confirmed yet is not over, whatever we told it. */
export function drainJson(
  view: DrainView | null,
  clock: WallClock,
  awaited: ReadonlyMap<string, number> = new Map(),
): object | null {
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
export function causeJson(cause: Cause, clock: WallClock): object {
  switch (cause.kind) {
    case 'observation': {
      const { signal, state, reason, atMs, latencyMs, detail } = cause.observation;
      return {
        kind: cause.kind,
        signal,
        state,
        reason,
        at: clock.text(atMs),
        ...(latencyMs !== undefined && { latency_ms: roundMs(latencyMs) }),
        ...(detail !== undefined && { detail }),
      };
    }
    case 'drain': {
      const { name, reason, owner, onBehalfOf = null } = cause.drain;
      const { change, atMs } = cause;
      const at = clock.text(atMs);
      return { kind: cause.kind, change, name, reason, owner, on_behalf_of: onBehalfOf, at };
    }
    case 'startup-timeout':
    case 'budget':
    case 'config':
    case 'table':
    case 'stop':
      return { kind: cause.kind, at: clock.text(cause.atMs) };
    default:
      return cause satisfies never;
  }
}

export function explanationJson(step: Explanation, clock: WallClock): object {
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
