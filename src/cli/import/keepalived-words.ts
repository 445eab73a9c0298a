/** What stands for a control character after `\`, as in keepalived.conf(5). */
const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  E: '\u001B',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** One piece of a word: quoted, escaped or plain. */
const PIECE = /"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)'|(\\[\s\S]|[^\s"'\\])+/gu;

/**
 * Words as keepalived splits a script: quotes of both kinds join, and may begin within a word.
 * `null`: a quote is not closed.
 */
export function wordsOf(text: string, isEscaped: boolean): string[] | null {
  const words: string[] = [];
  let end = -1;
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    if (text.slice(at, match.index).trim() !== '') return null;
    const plain = match[1] ?? match[2] ?? match[0];
    const part = isEscaped ? unescaped(plain) : plain;
    if (match.index === end) words[words.length - 1] += part;
    else words.push(part);
    at = match.index + match[0].length;
    end = at;
  }
  return text.slice(at).trim() === '' ? words : null;
}

/** `\n`, `\x41`, `\101`, `\cA`; any other character stands for itself. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-f]{1,2})|([0-7]{1,3})|c([\s\S])|([\s\S]))/giu,
    (_all, hex?: string, octal?: string, control?: string, other = '') => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8) & 0xff);
      if (control !== undefined) return String.fromCodePoint((control.codePointAt(0) ?? 0) & 0x1f);
      return escapes[String(other)] ?? String(other);
    },
  );
}

/**
 * The program and its arguments in `misc_path "program argument"`; no words: it cannot be read. The
 * script is split twice; from 2.3.2 on keepalived reads what stands after `\` only once.
 */
export function commandIn(raw: string, isNew: boolean): readonly string[] {
  const [, script = ''] = wordsOf(raw, !isNew) ?? [];
  return wordsOf(script, true) ?? [];
}
