import { latencyText } from '../admin/page/wording.js';
import type { SinkEvent } from '../model/report.ts';
import type { Level } from '../platform/log.ts';
import type { Decision, HealthChange, WeightDecision } from '../model/turn.ts';
import { withoutControls } from '../protocol/printable.ts';
import type { EventLogger } from './event-logger.ts';
import { reactionMs, weightWords } from './log-json.ts';
import { actionLevel, decisionLevel, healthLevel, sinkLevel, withReason } from './log-levels.ts';

/** One readable line for each change, for a person at a terminal. */
export function lineEventLogger(
  write: (line: string) => void,
  nowMs: () => number,
  startMs = nowMs(),
): EventLogger {
  const line = (level: Level, text: string): void => {
    const seconds = ((nowMs() - startMs) / 1000).toFixed(2).padStart(7);
    write(`${seconds} s  ${level.padEnd(5)}  ${withoutControls(text)}\n`);
  };
  const notice: EventLogger['notice'] = ({ level, message, fields }) =>
    line(level, `${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`);
  return {
    notice,
    turn({ changes, decisions, weightDecisions, notices }) {
      for (const change of changes) line(healthLevel(change.to), healthText(change));
      for (const decision of decisions) line(decisionLevel(decision.to), decisionText(decision));
      for (const decision of weightDecisions) line('info', weightText(decision));
      for (const each of notices) notice(each);
    },
    report(report) {
      const text = reportText(report);
      if (text !== null) line(reportLevel(report), text);
    },
  };
}

function healthText({ name, to, reason }: HealthChange): string {
  return withReason(`${name} is ${to}`, reason);
}

function decisionText({ route, to, attributes, because }: Decision): string {
  const med = attributes?.med ?? null;
  return `route ${route.key} is ${to}${med === null ? '' : ` with MED ${med}`}: ${because}`;
}

function weightText({ server, from, to, because }: WeightDecision): string {
  return `${server} ${weightWords(to)}${from === null ? '' : `, was ${from}`}: ${because}`;
}

function reportLevel(report: SinkEvent): Level {
  switch (report.kind) {
    case 'action':
      return actionLevel(report);
    case 'state':
      return sinkLevel(report.state);
    case 'notice':
      return report.level;
    case 'adopted':
      return 'info';
    default:
      return report satisfies never;
  }
}

/** What is worth a line of its own; the commands themselves are on stdout already. */
function reportText(report: SinkEvent): string | null {
  switch (report.kind) {
    case 'action': {
      const { result, command } = report;
      if (result === 'confirmed') return null;
      if (result !== 'sent')
        return `${report.sink}: ${result}: ${command || report.keys.join(', ')}`;
      const reaction = reactionMs(report);
      if (reaction === null) return null;
      return `${report.sink}: sent ${latencyText(reaction)} after the observation: ${report.command}`;
    }
    case 'state':
      return withReason(`${report.sink} is ${report.state}`, report.reason);
    case 'adopted':
      return report.keys.length === 0
        ? null
        : `ExaBGP already announces ${report.keys.length} of our routes`;
    case 'notice':
      return report.message;
    default:
      return report satisfies never;
  }
}
