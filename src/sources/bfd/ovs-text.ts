/** The longest piece of foreign text that a reason repeats. */
const CHARS_MAX = 80;

/** Control and format characters, and any blank but the plain one. */
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/gu;

/** Makes one short printable line of what the database holds: it ends up in logs and terminals. */
export function ovsText(text: string): string {
  const cut = text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text;
  return cut.replaceAll(UNPRINTABLE, '?').trim();
}
