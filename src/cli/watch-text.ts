import { causeText, observationText } from './cause-text.ts';
import { numberOf, recordOf, recordsOf, textOf, textsOf, type JsonRecord } from './loose-json.ts';
import { momentText, safeForTerminal } from './printable.ts';

/** One message of the stream as one line. */
export function watchLine(message: JsonRecord): string {
  const text = messageText(message);
  const type = textOf(message, 'type').padEnd(11);
  return safeForTerminal(`${momentText(textOf(message, 'at'))}  ${type} ${text}`);
}

function messageText(message: JsonRecord): string {
  const field = (key: string): string => textOf(message, key);
  switch (field('type')) {
    case 'snapshot':
      return snapshotText(message);
    case 'observation':
      return observationText(message);
    case 'health':
      return `${field('name')} is ${field('to')}${after(': ', field('reason'))}${cause(message)}`;
    case 'decision': {
      const med = numberOf(message, 'med');
      const what = `${field('route')} is ${field('to')}${med === null ? '' : ` with MED ${med}`}`;
      return `${what}${after(': ', field('because'))}${cause(message)}`;
    }
    case 'weight':
      return `${field('server')} gets weight ${value(message, 'to')}${after(': ', field('because'))}`;
    case 'action':
      return actionText(message);
    case 'sink':
      return `${field('sink')} is ${field('state')}${after(': ', field('reason'))}`;
    case 'drain':
      return `${field('name')}: maintenance ${field('change')} by ${field('by')}${after(': ', field('reason'))}`;
    case 'notice':
      return `${field('level')}: ${field('message')}`;
    case 'skipped':
      return `${value(message, 'count')} events were skipped: they came too fast`;
    default:
      return JSON.stringify(message);
  }
}

/** That it listens now, and to whom. */
function snapshotText(message: JsonRecord): string {
  const announced = recordsOf(message, 'routes').filter(
    (route) => textOf(route, 'state') === 'announced',
  );
  const counts = ['signals', 'services', 'routes'].map(
    (key) => `${recordsOf(message, key).length} ${key}`,
  );
  return `${textOf(message, 'node')}: ${counts.join(', ')}, ${announced.length} announced`;
}

function actionText(message: JsonRecord): string {
  const sink = textOf(message, 'sink');
  const result = textOf(message, 'result');
  const keys = textsOf(message, 'keys').join(', ');
  const what =
    textOf(message, 'command') || `${textOf(message, 'action')} ${keys}, no command written`;
  const reactionMs = numberOf(message, 'reaction_ms');
  const reaction =
    reactionMs === null || result !== 'sent'
      ? ''
      : ` (${reactionMs.toFixed(1)} ms after the observation)`;
  return `${sink} ${result}: ${what}${reaction}`;
}

function cause(message: JsonRecord): string {
  const found = recordOf(message, 'cause');
  return found === null ? '' : ` (${causeText(found)})`;
}

function after(separator: string, text: string): string {
  return text === '' ? '' : separator + text;
}

function value(message: JsonRecord, key: string): string {
  const found = message[key];
  return typeof found === 'number' || typeof found === 'string' ? String(found) : '-';
}
