/**
 * What could end a line, steer a terminal or turn the direction of text: control, format, private
 * and unassigned characters, halves of surrogate pairs, and every blank but the plain one.
 */
const UNPRINTABLE = /(?:(?! )[\p{C}\p{Z}])+/gu;

/** The longest reason of a child or plugin that is kept. */
export const REASON_MAX_CHARS = 200;
/** The longest detail: performance data of a Nagios plugin. */
export const DETAIL_MAX_CHARS = 1000;

/** Printable ASCII, as nearly all text is: the table of 5,000 real servers has 40,000 cells. */
export function isPlainAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Text of others, fit for a log and a terminal: what is not printable becomes a blank. */
export function withoutControls(text: string): string {
  return isPlainAscii(text) ? text : text.replaceAll(UNPRINTABLE, ' ');
}

/** The same as one piece of a message: without blanks around it, single ones within, at most `maxChars`. */
export function printable(text: string, maxChars: number): string {
  // Cut first: the rest may be long, and none of it is shown.
  const shown = withoutControls(text.slice(0, maxChars * 4))
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  if (shown.length <= maxChars) return shown;
  // The cut may have split a pair of surrogates.
  return `${shown.slice(0, maxChars - 1).replace(/\p{Cs}$/u, '')}…`;
}
