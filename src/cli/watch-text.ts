import { causeText, latencyText, observationText } from '../admin/page/wording.js';
import type { ApiEvent, ApiSnapshot, ApiStreamMessage } from '../protocol/api-events.ts';
import type { ApiCause } from '../protocol/api.ts';
import { withoutControls } from '../protocol/printable.ts';
import { momentText } from './printable.ts';

/** One message of the stream as one line. */
export function watchLine(message: ApiStreamMessage): string {
  const text = `${message.type.padEnd(11)} ${messageText(message)}`;
  return withoutControls(`${momentText(message.at)}  ${text}`);
}

function messageText(message: ApiStreamMessage): string {
  switch (message.type) {
    case 'snapshot':
      return snapshotText(message);
    case 'observation':
      return observationText(message);
    case 'health':
      return `${message.name} is ${message.to}${after(message.reason)}${causedBy(message.cause)}`;
    case 'decision': {
      const { route, to, med, because, cause } = message;
      const what = `${route} is ${to}${med === null ? '' : ` with MED ${med}`}`;
      return `${what}${after(because)}${causedBy(cause)}`;
    }
    case 'weight': {
      const { server, to, removed: isRemoved = false, because } = message;
      const what = isRemoved ? 'is removed from the IPVS table' : `gets weight ${to}`;
      return `${server} ${what}${after(because)}`;
    }
    case 'action':
      return actionText(message);
    case 'sink':
      return `${message.sink} is ${message.state}${after(message.reason)}`;
    case 'drain': {
      const { name, change, by, reason } = message;
      return `${name}: maintenance ${change} by ${by}${after(reason)}`;
    }
    case 'notice': {
      const { level, message: text, fields } = message;
      return `${level}: ${text}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`;
    }
    case 'skipped':
      return `${message.count} events were skipped: they came too fast`;
    default:
      return message satisfies never;
  }
}

/** That it listens now, and to which node. */
function snapshotText({ node, signals, services, routes }: ApiSnapshot): string {
  const announced = routes.filter(({ state }) => state === 'announced').length;
  const counts = { signals, services, routes };
  const counted = Object.entries(counts).map(([kind, things]) => `${things.length} ${kind}`);
  return `${node}: ${counted.join(', ')}, ${announced} announced`;
}

function actionText(event: Extract<ApiEvent, { readonly type: 'action' }>): string {
  const { sink, action, keys, result, command, reaction_ms: reactionMs } = event;
  const what = command || `${action} ${keys.join(', ')}, no command written`;
  const reaction =
    reactionMs === null || result !== 'sent'
      ? ''
      : ` (${latencyText(reactionMs)} after the observation)`;
  return `${sink} ${result}: ${what}${reaction}`;
}

function causedBy(cause: ApiCause): string {
  return ` (at ${momentText(cause.at)} ${causeText(cause)})`;
}

function after(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}
