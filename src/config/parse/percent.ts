import { bad, good, type Parsed } from './result.ts';

export const PERCENT_EXPECTED = 'expected a percentage such as 50%';
export const percentPattern = String.raw`^(0|[1-9][0-9]{0,2})(\.[0-9]+)?%$`;

const format = new RegExp(percentPattern);

/** `50%` → 50. */
export function parsePercent(text: string): Parsed<number> {
  if (!format.test(text)) return bad(PERCENT_EXPECTED);
  const percent = Number(text.slice(0, -1));
  return percent <= 100 ? good(percent) : bad('expected a percentage of at most 100%');
}

/** Where nothing at all would make no sense: above 0 %. */
export function parsePositivePercent(text: string): Parsed<number> {
  const parsed = parsePercent(text);
  return parsed.ok && parsed.value === 0 ? bad('expected a percentage above 0%') : parsed;
}
