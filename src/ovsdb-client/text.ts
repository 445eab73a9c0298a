/** The longest piece of foreign text that a message of ours repeats. */
const QUOTE_CHARS_MAX = 60;
/** The longest text that leaves this package; a server may send any length. */
const LINE_CHARS_MAX = 300;

/** Control and format characters, and any blank but the plain one: what could forge a line or colour a terminal. */
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}

/** Makes one printable line of bounded length of whatever came from outside. */
export function oneLine(text: string): string {
  return cut(text, LINE_CHARS_MAX).replaceAll(UNPRINTABLE, escaped);
}

/** A short printable excerpt in double quotes. */
export function quoted(text: string): string {
  return `"${cut(text, QUOTE_CHARS_MAX).replaceAll(UNPRINTABLE, escaped)}"`;
}

/** A short printable excerpt of a JSON value. */
export function quotedJson(value: unknown): string {
  return cut(JSON.stringify(value) ?? 'nothing', QUOTE_CHARS_MAX).replaceAll(UNPRINTABLE, escaped);
}
