import { elapsedText } from '../admin/page/wording.js';
import type { ApiLoss } from '../protocol/api.ts';
import { cut } from './printable.ts';

/** What is left of a long reason, so that the rest of the line can be read. */
const REASON_MAX_CHARS = 60;

/** A signal, a service, a real server or a route: only the first two of its kinds have observers. */
export interface Observed {
  readonly reason: string;
  readonly lost: ApiLoss | null;
}

/**
 * `observer lost for 3 s: no reply, held for 7 s more` of a signal or a real server; empty where
 * its observer is not lost.
 */
export function lostText(lost: ApiLoss | null, wallMs: number): string {
  if (lost === null) return '';
  const reason = cut(lost.reason, REASON_MAX_CHARS);
  const untilMs = Date.parse(lost.until);
  const since = elapsedText(wallMs - Date.parse(lost.since));
  const held = untilMs > wallMs ? `, held for ${elapsedText(untilMs - wallMs)} more` : '';
  return `observer lost for ${since}${reason === '' ? '' : `: ${reason}`}${held}`;
}

/** The reason without what `lostText` has already. */
export function reasonBesidesLoss({ reason, lost }: Observed): string {
  return lost !== null && reason.startsWith('observer lost: ') ? '' : reason;
}
