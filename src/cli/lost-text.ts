import { recordOf, textOf, type JsonRecord } from './loose-json.ts';
import { cut, lengthText } from './printable.ts';

/** What is left of a long reason, so that the rest of the line can be read. */
const REASON_MAX = 60;

const MINUTE_MS = 60_000;

/**
 * `observer lost for 3 s: no reply, held for 7 s more` of a signal or a real server; empty where
 * its observer is not lost.
 */
export function lostText(thing: JsonRecord, wallMs: number): string {
  const lost = recordOf(thing, 'lost');
  if (lost === null) return '';
  const reason = cut(textOf(lost, 'reason'), REASON_MAX);
  const sinceMs = Date.parse(textOf(lost, 'since'));
  const untilMs = Date.parse(textOf(lost, 'until'));
  const since = Number.isNaN(sinceMs) ? '' : ` for ${spanText(wallMs - sinceMs)}`;
  const held = untilMs > wallMs ? `, held for ${spanText(untilMs - wallMs)} more` : '';
  return `observer lost${since}${reason === '' ? '' : `: ${reason}`}${held}`;
}

/** The reason without what `lostText` says already. */
export function reasonBesidesLoss(thing: JsonRecord): string {
  const reason = textOf(thing, 'reason');
  const isSaid = recordOf(thing, 'lost') !== null && reason.startsWith('observer lost: ');
  return isSaid ? '' : reason;
}

function spanText(ms: number): string {
  return ms < MINUTE_MS ? `${Math.max(0, Math.round(ms / 1000))} s` : lengthText(ms);
}
