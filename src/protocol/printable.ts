/** Control characters of both kinds, and what would end a line or turn its direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu;

/**
 * One line of text that somebody else wrote, fit for a log and a terminal: without control
 * characters, without white space around it, and of at most `maxChars`.
 */
export function printable(text: string, maxChars: number): string {
  // Cut first: the rest may be long, and none of it is shown.
  const line = text
    .slice(0, maxChars * 4)
    .replaceAll(UNPRINTABLE, ' ')
    .replaceAll(/ {2,}/g, ' ');
  const shown = line.trim();
  if (shown.length <= maxChars) return shown;
  // The cut may have split a pair of surrogates.
  return `${shown.slice(0, maxChars - 1).replace(/\p{Cs}$/u, '')}…`;
}
