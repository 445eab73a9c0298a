import type { SinkReport } from '../model/report.ts';
import type { Decision, HealthChange, WeightDecision } from '../model/turn.ts';
import type { Teller } from './tell.ts';
import { reactionMs, weightWords } from './tell-json.ts';

/** One readable line for each change, for a person at a terminal. */
export function lineTeller(
  write: (line: string) => void,
  nowMs: () => number,
  startMs = nowMs(),
): Teller {
  const line = (text: string): void => {
    const seconds = ((nowMs() - startMs) / 1000).toFixed(2).padStart(7);
    write(`${seconds} s  ${printable(text)}\n`);
  };
  const notice: Teller['notice'] = ({ message, fields }) =>
    line(`note: ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`);
  return {
    notice,
    turn({ changes, decisions, weightDecisions, notices }) {
      for (const change of changes) line(healthText(change));
      for (const decision of decisions) line(decisionText(decision));
      for (const decision of weightDecisions) line(weightText(decision));
      for (const each of notices) notice(each);
    },
    report(report) {
      const text = reportText(report);
      if (text !== null) line(text);
    },
  };
}

function healthText({ name, to, reason }: HealthChange): string {
  return `${name} is ${to}${reason === '' ? '' : `: ${reason}`}`;
}

function decisionText({ route, to, attributes, because }: Decision): string {
  const med = attributes?.med ?? null;
  return `route ${route.key} is ${to}${med === null ? '' : ` with MED ${med}`}: ${because}`;
}

function weightText({ server, from, to, because }: WeightDecision): string {
  return `${server} ${weightWords(to)}${from === null ? '' : `, was ${from}`}: ${because}`;
}

/** What is worth a line of its own; the commands themselves are on stdout already. */
function reportText(report: SinkReport): string | null {
  switch (report.kind) {
    case 'action': {
      const { result, command } = report;
      if (result === 'confirmed') return null;
      if (result !== 'sent')
        return `${report.sink}: ${result}: ${command || report.keys.join(', ')}`;
      const reaction = reactionMs(report);
      if (reaction === null) return null;
      return `${report.sink}: sent ${reaction.toFixed(1)} ms after the observation: ${report.command}`;
    }
    case 'state':
      return `${report.sink} is ${report.state}${report.reason === '' ? '' : `: ${report.reason}`}`;
    case 'adopted':
      return report.keys.length === 0
        ? null
        : `ExaBGP already announces ${report.keys.length} of our routes`;
    case 'table':
    case 'connections':
      return null;
    case 'notice':
      return `note: ${report.message}`;
    default:
      return report satisfies never;
  }
}

/** A reason may hold what a server answered: nothing of it may steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?');
}
