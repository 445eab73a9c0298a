import { printable, REASON_MAX_CHARS } from './printable.ts';

/** The longest line a child may print. */
export const LINE_MAX_BYTES = 4096;
/** Begins the reason of a line that cannot be used. */
export const MALFORMED = 'malformed line';
const SHOWN_MAX_CHARS = 40;

/** What a line of a child means. */
export interface LineVerdict {
  /** `lost`: the line is none of ours. */
  readonly state: 'up' | 'down' | 'lost';
  readonly reason: string;
  readonly weightPercent: number | null;
}

/**
 * Reads `{"state":"up"}` or `{"state":"down","reason":"…"}`, either with `"weight": 0…100`, a
 * percentage. Other keys are ignored, for a later version to use.
 */
export function readExecdLine(line: string): LineVerdict {
  const value = parsed(line);
  if (!isMapping(value)) return malformed(line);
  const { state, reason = '', weight = null } = value;
  if (typeof reason !== 'string') return malformed(line);
  if (weight !== null && !isPercent(weight)) return malformed(line);
  if (state === 'up') return { state, reason: '', weightPercent: weight };
  if (state !== 'down') return malformed(line);
  const why = printable(reason, REASON_MAX_CHARS);
  return { state, reason: why === '' ? 'down' : why, weightPercent: weight };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isMapping(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPercent(weight: unknown): weight is number {
  return typeof weight === 'number' && weight >= 0 && weight <= 100;
}

function malformed(line: string): LineVerdict {
  const shown = printable(line, SHOWN_MAX_CHARS);
  return { state: 'lost', reason: `${MALFORMED} "${shown}"`, weightPercent: null };
}
