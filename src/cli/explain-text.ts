import { causeText } from '../admin/page/wording.js';
import type { ApiExplainStep } from '../protocol/api.ts';
import { withoutControls } from '../protocol/printable.ts';
import { agoText, momentText, timeText, type Paint } from './printable.ts';
import { drainText } from './status-table.ts';

/** Rules may nest; deeper steps are left out. */
const DEPTH_MAX = 32;

/** The chain from a name down to the observations, in plain sentences, indented by depth. */
export function explainLines(
  chain: ApiExplainStep,
  paint: Paint,
  wallMs: number,
): readonly string[] {
  return stepLines(chain, 0, wallMs).map(({ indent, text, isHead }) => {
    const line = withoutControls(text);
    return indent + (isHead ? paint(line, 'bold') : line);
  });
}

interface Line {
  readonly indent: string;
  readonly text: string;
  readonly isHead: boolean;
}

function stepLines(step: ApiExplainStep, depth: number, wallMs: number): readonly Line[] {
  const { kind, because, cause, counters, drain, parts } = step;
  const below = '  '.repeat(depth + 1);
  const line = (text: string): readonly Line[] =>
    text === '' ? [] : [{ indent: below, text: sentence(text), isHead: false }];
  const counted = counters.map(({ label, value }) => `${label} ${value}`).join(', ');
  return [
    { indent: '  '.repeat(depth), text: sentence(headText(step, wallMs)), isHead: true },
    // A rule repeats what follows from it.
    ...line(kind === 'rule' ? '' : because),
    ...line(drain === null ? '' : `It is ${drainText(drain)}`),
    ...line(cause === null ? '' : `Cause: at ${momentText(cause.at)} ${causeText(cause)}`),
    ...line(counted === '' ? '' : `Counters: ${counted}`),
    ...(depth >= DEPTH_MAX ? [] : parts.flatMap((part) => stepLines(part, depth + 1, wallMs))),
  ];
}

/** `route 192.0.2.10/32 is withdrawn for 12 min 5 s, since 2026-11-22 03:14:15` */
function headText({ kind, name, state, since }: ApiExplainStep, wallMs: number): string {
  if (kind === 'rule') return `${name} these: ${state}`;
  const times = since === null ? '' : ` for ${agoText(since, wallMs)}, since ${timeText(since)}`;
  return `${kind.replace('_', ' ')} ${name} is ${state}${times}`;
}

function sentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}
