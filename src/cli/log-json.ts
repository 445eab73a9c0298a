import { causeText } from '../admin/page/wording.js';
import { causeFacts } from '../admin/wire.ts';
import type { Level, Log } from '../platform/log.ts';
import { actionLevel, decisionLevel, healthLevel, sinkLevel, withReason } from './log-levels.ts';
import type { ActionReport, SinkEvent } from '../model/report.ts';
import type { Cause, Decision, HealthChange, WeightDecision } from '../model/turn.ts';
import type { EventLogger } from './event-logger.ts';

/** Writes one line of the log; the time is settled. */
type Write = (
  level: Level,
  event: string,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * Every change with its cause, as one JSON line each. Event names are stable.
 *
 * @param timeMs when it happened, wall clock; default: now.
 */
export function jsonEventLogger(log: Pick<Log, 'write'>, timeMs?: number): EventLogger {
  const write: Write = (level, event, message, fields) =>
    log.write(level, event, message, fields, timeMs);
  const notice: EventLogger['notice'] = ({ level, event, message, fields }) =>
    write(level, event, message, fields === undefined ? undefined : { fields });
  return {
    notice,
    turn({ changes, decisions, weightDecisions, notices }) {
      for (const change of changes) writeHealth(write, change);
      for (const decision of decisions) writeDecision(write, decision);
      for (const decision of weightDecisions) writeWeight(write, decision);
      for (const each of notices) notice(each);
    },
    report: (report) => writeReport(write, report),
  };
}

function writeHealth(write: Write, change: HealthChange): void {
  const { name, from, to, reason } = change;
  const level = healthLevel(to);
  write(level, 'health_changed', withReason(`${name} is ${to}`, reason), {
    name,
    from,
    to,
    reason,
    cause: causeFields(change.cause),
  });
}

function writeDecision(write: Write, decision: Decision): void {
  const { route, from, to, because, attributes } = decision;
  const level = decisionLevel(to);
  write(level, 'route_decided', `${route.key} is ${to}: ${because}`, {
    route: route.key,
    from,
    to,
    because,
    med: attributes?.med ?? null,
    cause: causeFields(decision.cause),
  });
}

function writeWeight(write: Write, decision: WeightDecision): void {
  const { server, from, to, because } = decision;
  write('info', 'weight_decided', `${server} ${weightWords(to)}: ${because}`, {
    server,
    from,
    to,
    because,
    cause: causeFields(decision.cause),
  });
}

function writeReport(write: Write, report: SinkEvent): void {
  const { sink } = report;
  switch (report.kind) {
    case 'action':
      return writeAction(write, report);
    case 'state': {
      const { state, peerVersion, reason } = report;
      const level = sinkLevel(state);
      return write(level, 'sink_state', withReason(`${sink} is ${state}`, reason), {
        sink,
        state,
        peerVersion,
        reason,
      });
    }
    case 'adopted': {
      const message = `ExaBGP already announces ${report.keys.length} of our routes`;
      return write('info', 'routes_adopted', message, { sink, count: report.keys.length });
    }
    case 'notice':
      return write(report.level, report.event, report.message, { sink });
    default:
      return report satisfies never;
  }
}

function writeAction(write: Write, report: ActionReport): void {
  const { sink, action, result, keys, weight, cause } = report;
  const isRoute = action === 'announce' || action === 'withdraw';
  write(actionLevel(report), `action_${result}`, actionText(report), {
    sink,
    action,
    ...(isRoute ? { routes: keys.length, route: keys[0] } : { server: keys[0], weight }),
    reactionMs: reactionMs(report),
    cause: causeFields(cause),
  });
}

function actionText({ action, command, cause }: ActionReport): string {
  const text = command || 'no command was written';
  return action === 'withdraw' ? `${text} (${causeText(causeFacts(cause))})` : text;
}

/** `has weight 100`, `is taken out of the table`. */
export function weightWords(weight: number | 'removed'): string {
  return weight === 'removed' ? 'is taken out of the table' : `has weight ${weight}`;
}

/** From the observation at the root to the action; `null` where it is none, or was sent before. */
export function reactionMs({
  cause,
  atMs,
  isRepeat,
}: Pick<ActionReport, 'cause' | 'atMs' | 'isRepeat'>): number | null {
  return cause.kind === 'observation' && isRepeat !== true
    ? Math.round((atMs - cause.observation.atMs) * 1000) / 1000
    : null;
}

function causeFields(cause: Cause): Readonly<Record<string, unknown>> {
  if (cause.kind === 'drain') {
    const { name, owner, onBehalfOf, reason } = cause.drain;
    const behalf = onBehalfOf !== undefined && { onBehalfOf };
    return { kind: cause.kind, change: cause.change, name, owner, ...behalf, reason };
  }
  if (cause.kind !== 'observation') return { kind: cause.kind };
  const { signal, state, reason } = cause.observation;
  return { kind: cause.kind, signal, state, reason };
}
