import { textOf, type JsonRecord } from './loose-json.ts';
import { momentText } from './printable.ts';

/** The root of a change, as a sentence without its full stop. */
export function causeText(cause: JsonRecord): string {
  const at = `at ${momentText(textOf(cause, 'at'))}`;
  switch (textOf(cause, 'kind')) {
    case 'observation':
      return `${at} ${observationText(cause)}`;
    case 'startup-timeout':
      return `${at} startup_timeout ended, and unknown began to count as down`;
    case 'budget':
      return `${at} max_withdraw allowed one more withdraw`;
    case 'config':
      return `${at} the configuration was read`;
    case 'drain':
      return `${at} maintenance of ${textOf(cause, 'name')} ${drainChange(cause)}${byWhom(cause)}`;
    case 'table':
      return `${at} the kernel's IPVS table was read`;
    case 'stop':
      return `${at} the daemon was asked to stop`;
    default:
      return `${at} ${textOf(cause, 'kind') || 'something'} happened`;
  }
}

/** `web/10.0.1.11:443 was seen down: refused`. */
export function observationText(observation: JsonRecord): string {
  const signal = textOf(observation, 'signal');
  const state = textOf(observation, 'state');
  const reason = textOf(observation, 'reason');
  const words = state === 'lost' ? 'could not be observed' : `was seen ${state}`;
  return `${signal} ${words}${reason === '' ? '' : `: ${reason}`}`;
}

function drainChange(cause: JsonRecord): string {
  const change = textOf(cause, 'change');
  switch (change) {
    case 'begun':
      return 'began';
    case 'expired':
      return 'expired';
    default:
      return 'was ended';
  }
}

/** Who drains, with the name that was given beside it. */
function ownerOf(drain: JsonRecord): string {
  const behalf = textOf(drain, 'on_behalf_of');
  const owner = textOf(drain, 'owner');
  return behalf === '' ? owner : `${owner} on behalf of ${behalf}`;
}

function byWhom(cause: JsonRecord): string {
  const reason = textOf(cause, 'reason');
  const owner = ownerOf(cause);
  return ` (${reason === '' ? owner : `${owner}: ${reason}`})`;
}
