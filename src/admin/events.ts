import type { Drain } from '../model/drain.ts';
import type { Notice } from '../model/notice.ts';
import type { Observation } from '../model/observation.ts';
import type { PastEvent } from '../model/past.ts';
import type { ActionReport, SinkEvent } from '../model/report.ts';
import type { Decision, HealthChange, Turn, WeightDecision } from '../model/turn.ts';
import type { ApiEvent } from '../protocol/api-events.ts';
import type { WallClock } from './wall-clock.ts';
import { causeJson, roundMs, weightNumber } from './wire.ts';

/** What flows by, as it is handed over; it becomes events after the work is done. */
export type LiveEvent =
  | { readonly kind: 'turn'; readonly turn: Turn }
  | { readonly kind: 'report'; readonly report: SinkEvent; readonly atMs: number }
  | { readonly kind: 'observation'; readonly observation: Observation }
  | {
      readonly kind: 'drain';
      readonly change: 'begun' | 'ended' | 'expired';
      readonly drain: Drain;
      readonly by: string;
      readonly atMs: number;
    }
  | { readonly kind: 'notice'; readonly notice: Notice; readonly atMs: number }
  | { readonly kind: 'skipped'; readonly count: number; readonly atMs: number };

/** One message of the stream, before it has its number and its time as text. */
export interface UnsentEvent {
  /** Monotonic, milliseconds. */
  readonly atMs: number;
  readonly event: EventBody;
}

/** An event of the API without what `eventText` adds. */
type EventBody = BodyOf<ApiEvent>;
type BodyOf<Event> = Event extends ApiEvent ? Omit<Event, 'seq' | 'at'> : never;

/** As the stream sends it. */
export function eventText({ atMs, event }: UnsentEvent, seq: number, clock: WallClock): string {
  const { type, ...fields } = event;
  return JSON.stringify({ type, seq, at: clock.text(atMs), ...fields });
}

/** Names of one command that are listed; the rest are counted. */
const KEYS_MAX = 20;

/** A command of 100 prefixes is longer than anybody reads in a list. */
const COMMAND_MAX_CHARS = 500;

export function eventsOf(live: LiveEvent, clock: WallClock): readonly UnsentEvent[] {
  switch (live.kind) {
    case 'turn':
      return turnEvents(live.turn, clock);
    case 'report':
      return reportEvents(live.report, live.atMs, clock);
    case 'observation':
      return [observationEvent(live.observation)];
    case 'drain':
      return [drainEvent(live, clock)];
    case 'notice':
      return [noticeEvent(live.notice, null, live.atMs)];
    case 'skipped':
      return [{ atMs: live.atMs, event: { type: 'skipped', count: live.count } }];
    default:
      return live satisfies never;
  }
}

/** What an earlier process recorded, as it was sent then. */
export function pastEvent(past: PastEvent, clock: WallClock): UnsentEvent {
  switch (past.kind) {
    case 'health':
      return healthEvent(past.change, clock);
    case 'decision':
      return decisionEvent(past.decision, clock);
    case 'action':
      return actionEvent(past.report, clock);
    case 'drain':
      return drainEvent(past, clock);
    default:
      return past satisfies never;
  }
}

function turnEvents(turn: Turn, clock: WallClock): readonly UnsentEvent[] {
  return [
    ...turn.changes.map((change) => healthEvent(change, clock)),
    ...turn.decisions.map((decision) => decisionEvent(decision, clock)),
    ...turn.weightDecisions.map((decision) => weightEvent(decision, clock)),
    ...turn.notices.map((notice) => noticeEvent(notice, null, turn.atMs)),
  ];
}

function observationEvent(observation: Observation): UnsentEvent {
  const { signal, state, reason, latencyMs, atMs } = observation;
  const latency = latencyMs === undefined ? null : roundMs(latencyMs);
  return { atMs, event: { type: 'observation', signal, state, reason, latency_ms: latency } };
}

function healthEvent(change: HealthChange, clock: WallClock): UnsentEvent {
  const { name, from, to, reason, atMs } = change;
  const cause = causeJson(change.cause, clock);
  return { atMs, event: { type: 'health', name, from, to, reason, cause } };
}

function decisionEvent(decision: Decision, clock: WallClock): UnsentEvent {
  const { route, from, to, attributes, because, atMs } = decision;
  const { key, prefix } = route;
  const cause = causeJson(decision.cause, clock);
  const med = attributes?.med ?? null;
  const body = { type: 'decision', route: key, prefix, from, to, med, because, cause } as const;
  return { atMs, event: body };
}

function weightEvent(decision: WeightDecision, clock: WallClock): UnsentEvent {
  const { server, service, because, atMs } = decision;
  const [from, to] = [weightNumber(decision.from), weightNumber(decision.to)];
  const removed = decision.to === 'removed' && ({ removed: true } as const);
  const cause = causeJson(decision.cause, clock);
  return { atMs, event: { type: 'weight', server, service, from, to, ...removed, because, cause } };
}

function reportEvents(report: SinkEvent, atMs: number, clock: WallClock): readonly UnsentEvent[] {
  switch (report.kind) {
    case 'action':
      return [actionEvent(report, clock)];
    case 'state': {
      const { sink, state, peerVersion, reason } = report;
      return [{ atMs, event: { type: 'sink', sink, state, peer_version: peerVersion, reason } }];
    }
    case 'notice':
      return [noticeEvent(report, report.sink, atMs)];
    case 'adopted':
      // Logged only: the stream has the state that it comes with.
      return [];
    default:
      return report satisfies never;
  }
}

function actionEvent(report: ActionReport, clock: WallClock): UnsentEvent {
  const { sink, action, keys, result, command, cause, atMs, isRepeat } = report;
  const isReaction = cause.kind === 'observation' && isRepeat !== true;
  const body = {
    type: 'action',
    sink,
    action,
    keys: keys.slice(0, KEYS_MAX),
    count: keys.length,
    result,
    ...(report.weight !== undefined && { weight: report.weight }),
    command: command.slice(0, COMMAND_MAX_CHARS),
    reaction_ms: isReaction ? roundMs(atMs - cause.observation.atMs) : null,
    cause: causeJson(cause, clock),
  } as const;
  return { atMs, event: body };
}

function drainEvent(
  { change, drain, by, atMs }: Extract<LiveEvent, { readonly kind: 'drain' }>,
  clock: WallClock,
): UnsentEvent {
  const { name, reason, owner, onBehalfOf = null, untilMs } = drain;
  const until = clock.textOrNull(untilMs);
  const who = { owner, on_behalf_of: onBehalfOf, by };
  return { atMs, event: { type: 'drain', change, name, reason, ...who, until } };
}

function noticeEvent(
  { level, event, message, fields: data }: Notice,
  sink: string | null,
  atMs: number,
): UnsentEvent {
  const fields = data !== undefined && { fields: data };
  return { atMs, event: { type: 'notice', level, event, message, sink, ...fields } };
}
