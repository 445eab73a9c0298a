import type { InputProblem } from './draft.ts';

/** Blocks within blocks; ExaBGP's own go four deep. */
const DEPTH_MAX = 20;

export interface ExabgpWord {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** One statement of ExaBGP's configuration, with the block that follows it. */
export interface ExabgpStatement {
  /** At least one. */
  readonly words: readonly ExabgpWord[];
  readonly block: readonly ExabgpStatement[];
}

interface Open {
  readonly words: readonly ExabgpWord[];
  readonly block: Open[];
}

/** The whole file as far as it can be read; what cannot be is left out, and named. */
export interface ExabgpTree {
  readonly statements: readonly ExabgpStatement[];
  readonly problems: readonly InputProblem[];
}

/**
 * Words end at white space, statements at `;` or the end of their line, blocks have braces, `#`
 * begins a comment. Quotes of both kinds join words, and `\` escapes, within quotes too; at the
 * end of a line it joins it with the next one.
 */
export function parseExabgp(text: string): ExabgpTree {
  const reader = new TreeReader();
  let quote = '';
  let from = 0;
  while (from < text.length) {
    const char = text.charAt(from);
    const next = text.charAt(from + 1);
    let taken = 1;
    if (char === '\\') {
      taken = reader.escape(next, text.slice(from + 2, from + 6));
    } else if (char === '\n') {
      if (quote !== '') reader.unclosedQuote();
      quote = '';
      reader.endLine();
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else reader.add(char);
    } else if (char === '"' || char === "'") {
      quote = char;
      reader.openQuote();
    } else if (char === '#') {
      const end = text.indexOf('\n', from);
      taken = (end === -1 ? text.length : end) - from;
    } else if (/\s/u.test(char)) reader.endWord();
    else if (char === ';') reader.endStatement();
    else if (char === '{') reader.open();
    else if (char === '}') reader.close();
    else {
      if (char === '[' || char === ']') reader.isInList = char === '[';
      reader.add(char);
    }
    reader.move(taken);
    from += taken;
  }
  if (quote !== '') reader.unclosedQuote();
  return reader.end();
}

/** What `\` and one of these means for ExaBGP. */
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class TreeReader {
  readonly #root: Open = { words: [], block: [] };
  readonly #stack: Open[] = [this.#root];
  readonly #problems: InputProblem[] = [];
  #words: ExabgpWord[] = [];
  #word: ExabgpWord | null = null;
  #quotedAt: Pick<ExabgpWord, 'line' | 'column'> = { line: 1, column: 1 };
  /** Between "[" and "]". */
  isInList = false;
  #line = 1;
  #column = 1;

  move(chars: number): void {
    this.#column += chars;
  }

  add(text: string): void {
    const { line, column } = this.#word ?? { line: this.#line, column: this.#column };
    this.#word = { text: (this.#word?.text ?? '') + text, line, column };
  }

  openQuote(): void {
    this.#quotedAt = { line: this.#line, column: this.#column };
    this.add('');
  }

  /** The number of characters that it takes. */
  escape(char: string, after: string): number {
    if (char === '\n') {
      this.#line += 1;
      this.#column = -1;
      return 2;
    }
    const isCode = char === 'u' && /^[\da-f]{4}$/iu.test(after);
    this.add(isCode ? String.fromCharCode(Number.parseInt(after, 16)) : (escapes[char] ?? char));
    return isCode ? 6 : 2;
  }

  unclosedQuote(): void {
    this.#problems.push({ ...this.#quotedAt, message: 'a quote is not closed' });
    this.#word = null;
    this.#words = [];
  }

  endWord(): void {
    if (this.#word !== null) this.#words.push(this.#word);
    this.#word = null;
  }

  endLine(): void {
    this.endWord();
    // A list in brackets may go on.
    const isList = /^processes(?:-match)?$/u.test(this.#words[0]?.text ?? '');
    if (!isList || !this.isInList) this.endStatement();
    this.#line += 1;
    this.#column = 0;
  }

  endStatement(): void {
    this.endWord();
    if (this.#words.length > 0) this.#top().block.push({ words: this.#words, block: [] });
    this.#words = [];
    this.isInList = false;
  }

  /** The block belongs to the words before it, which may be on the line above. */
  open(): void {
    this.endStatement();
    const { block } = this.#top();
    const last = block.at(-1);
    const isName = last !== undefined && last.block.length === 0;
    const opened = isName ? last : { words: [this.#brace()], block: [] };
    if (!isName) {
      block.push(opened);
      this.#problem('a block has no name before it');
    }
    if (this.#stack.length >= DEPTH_MAX) this.#problem('blocks are too deep');
    this.#stack.push(this.#stack.length < DEPTH_MAX ? opened : { words: [], block: [] });
  }

  close(): void {
    this.endStatement();
    if (this.#stack.length > 1) this.#stack.pop();
    else this.#problem('a "}" too many');
  }

  end(): ExabgpTree {
    this.endStatement();
    if (this.#stack.length > 1) {
      const [word = this.#brace()] = this.#top().words;
      const { line, column } = word;
      this.#problems.push({ line, column, message: `the block ${word.text} is not closed` });
    }
    return { statements: this.#root.block, problems: this.#problems };
  }

  #top(): Open {
    return this.#stack.at(-1) ?? this.#root;
  }

  #brace(): ExabgpWord {
    return { text: '{', line: this.#line, column: this.#column };
  }

  #problem(message: string): void {
    this.#problems.push({ line: this.#line, column: this.#column, message });
  }
}
