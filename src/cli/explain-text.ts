import { causeText } from './cause-text.ts';
import { recordOf, recordsOf, textOf, type JsonRecord } from './loose-json.ts';
import { agoText, safeForTerminal, timeText, type Paint } from './printable.ts';
import { drainText } from './status-table.ts';

/** A rule may nest; beyond this nobody follows it, and no answer may take us deeper. */
const DEPTH_MAX = 32;

const kindText: Readonly<Record<string, string>> = {
  route: 'route',
  service: 'service',
  real_server: 'real server',
  signal: 'signal',
  node: 'node',
};

/** The chain from a name down to the observations, in plain sentences, indented by depth. */
export function explainLines(chain: JsonRecord, paint: Paint, wallMs: number): readonly string[] {
  return stepLines(chain, 0, wallMs).map(({ indent, text, isHead }) => {
    const line = safeForTerminal(text);
    return indent + (isHead ? paint(line, 'bold') : line);
  });
}

interface Line {
  readonly indent: string;
  readonly text: string;
  readonly isHead: boolean;
}

function stepLines(step: JsonRecord, depth: number, wallMs: number): readonly Line[] {
  const below = '  '.repeat(depth + 1);
  const line = (text: string): readonly Line[] =>
    text === '' ? [] : [{ indent: below, text, isHead: false }];
  const cause = recordOf(step, 'cause');
  const drain = drainText(recordOf(step, 'drain'));
  const counters = recordsOf(step, 'counters').map(
    (counter) => `${textOf(counter, 'label')} ${textOf(counter, 'value')}`,
  );
  return [
    { indent: '  '.repeat(depth), text: headText(step, wallMs), isHead: true },
    // A rule says the same as what follows from it.
    ...line(isRule(step) ? '' : sentence(textOf(step, 'because'))),
    ...line(sentence(drain === '' ? '' : `It is ${drain}`)),
    ...line(cause === null ? '' : sentence(`Cause: ${causeText(cause)}`)),
    ...line(counters.length === 0 ? '' : sentence(`Counters: ${counters.join(', ')}`)),
    ...(depth >= DEPTH_MAX
      ? []
      : recordsOf(step, 'parts').flatMap((part) => stepLines(part, depth + 1, wallMs))),
  ];
}

/** `route 192.0.2.10/32 is withdrawn for 12m 5s, since 2026-11-22 03:14:15.` */
function headText(step: JsonRecord, wallMs: number): string {
  if (isRule(step)) return sentence(`${textOf(step, 'name')} these: ${textOf(step, 'state')}`);
  const kind = kindText[textOf(step, 'kind')];
  const subject = kind === undefined ? textOf(step, 'name') : `${kind} ${textOf(step, 'name')}`;
  const since = textOf(step, 'since');
  const times = since === '' ? '' : ` for ${agoText(since, wallMs)}, since ${timeText(since)}`;
  return sentence(`${subject} is ${textOf(step, 'state')}${times}`);
}

function isRule(step: JsonRecord): boolean {
  return textOf(step, 'kind') === 'rule';
}

function sentence(text: string): string {
  if (text === '' || /[.!?…]$/u.test(text)) return text;
  return `${text}.`;
}
