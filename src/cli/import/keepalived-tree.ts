import type { InputProblem, Note } from './draft.ts';
import type { KeepalivedLine } from './keepalived-lines.ts';

/** Blocks within blocks; keepalived's own go four deep. */
const DEPTH_MAX = 20;

export interface KeepalivedWord {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly file: string | null;
}

/** One line of keepalived's configuration, with the block that follows it. */
export interface KeepalivedStatement {
  /** At least one. */
  readonly words: readonly KeepalivedWord[];
  /** As it stands there, for those whose quotes keepalived reads in its own way. */
  readonly raw: string;
  readonly block: readonly KeepalivedStatement[];
  /** How many of its words somebody read. The others are not carried over: `unread` finds them. */
  taken: number;
}

export interface KeepalivedTree {
  readonly statements: readonly KeepalivedStatement[];
  readonly problems: readonly InputProblem[];
}

interface Open extends KeepalivedStatement {
  readonly block: KeepalivedStatement[];
}

/** Words, quoted or not, and braces; a quote that nothing closes goes to the end of the line. */
const TOKEN = /"((?:\\.|[^"\\])*)"|"(.*)$|[{}]|[^\s{}"]+/gu;

/** All lines as a tree, as far as they are one. */
export function parseKeepalived(lines: readonly KeepalivedLine[]): KeepalivedTree {
  const builder = new Builder();
  for (const line of lines) builder.read(line);
  return builder.end();
}

class Builder {
  readonly #root: Open = { words: [], raw: '', block: [], taken: 0 };
  readonly #open: Open[] = [this.#root];
  readonly #problems: InputProblem[] = [];
  /** Those that have a block already: a second one belongs to nobody. */
  readonly #blocks = new Set<KeepalivedStatement>();
  /** Blocks without a name, or too deep: nothing in them is read. */
  #ignored = 0;

  read({ text, line, file }: KeepalivedLine): void {
    let words: KeepalivedWord[] = [];
    let start = 0;
    for (const match of text.matchAll(TOKEN)) {
      const word: KeepalivedWord = {
        text: (match[1] ?? match[2])?.replaceAll(/\\(.)/gu, '$1') ?? match[0],
        line,
        column: match.index + 1,
        file,
      };
      if (match[2] !== undefined)
        this.#bad(word, 'a quote is not closed: the rest of the line is left out');
      else if (match[0] === '{' || match[0] === '}') {
        const raw = text.slice(start, match.index).trim();
        if (match[0] === '{') this.#begin(words, raw, word);
        else this.#close(words, raw, word);
        words = [];
        start = match.index + 1;
      } else words.push(word);
    }
    if (words.length > 0) this.#add(words, text.slice(start).trim());
  }

  end(): KeepalivedTree {
    const unclosed = this.#open.length > 1 ? this.#open.at(-1)?.words[0] : undefined;
    if (unclosed !== undefined) this.#bad(unclosed, `the block ${unclosed.text} is not closed`);
    return { statements: this.#root.block, problems: this.#problems };
  }

  /** The block belongs to the words before it, which may be on the line above. */
  #begin(words: readonly KeepalivedWord[], raw: string, brace: KeepalivedWord): void {
    if (this.#ignored > 0) {
      this.#ignored += 1;
      return;
    }
    const top = this.#top();
    const last = words.length > 0 ? undefined : top.block.at(-1);
    const opened: Open = { words, raw, block: [], taken: 0 };
    if (words.length === 0 && (last === undefined || this.#blocks.has(last))) {
      this.#bad(brace, 'a block has no name before it');
      this.#ignored = 1;
      return;
    }
    if (this.#open.length >= DEPTH_MAX) {
      this.#bad(brace, 'blocks are too deep');
      this.#ignored = 1;
      return;
    }
    if (last !== undefined) top.block.pop();
    const block = last === undefined ? opened : { ...opened, words: last.words, raw: last.raw };
    this.#blocks.add(block);
    top.block.push(block);
    this.#open.push(block);
  }

  #close(words: readonly KeepalivedWord[], raw: string, brace: KeepalivedWord): void {
    if (words.length > 0) this.#add(words, raw);
    if (this.#ignored > 0) {
      this.#ignored -= 1;
      return;
    }
    if (this.#open.length > 1) this.#open.pop();
    else this.#bad(brace, 'a "}" too many');
  }

  #add(words: readonly KeepalivedWord[], raw: string): void {
    if (this.#ignored === 0) this.#top().block.push({ words, raw, block: [], taken: 0 });
  }

  #top(): Open {
    return this.#open.at(-1) ?? this.#root;
  }

  #bad({ line, column, file }: KeepalivedWord, message: string): void {
    this.#problems.push({ line, column, message, ...(file === null ? {} : { file }) });
  }
}

/** The name of a statement. */
export function statementName({ words }: KeepalivedStatement): string {
  return words[0]?.text ?? '';
}

/** Those of this name in a block, which somebody will read one by one. */
export function all(
  block: readonly KeepalivedStatement[],
  name: string,
): readonly KeepalivedStatement[] {
  return block.filter((each) => statementName(each) === name);
}

/** The last statement of this name in a block, which counts, with so many of its words read. */
export function find(
  block: readonly KeepalivedStatement[],
  name: string,
  words = 1,
): KeepalivedStatement | undefined {
  const found = block.findLast((each) => statementName(each) === name);
  if (found !== undefined) found.taken = Math.max(found.taken, words);
  return found;
}

/** The word after the name, `delay_loop 6` → `6`. */
export function statementValue(
  block: readonly KeepalivedStatement[],
  name: string,
): string | undefined {
  return find(block, name, 2)?.words[1]?.text;
}

/** The number after the name; what is none stays unread. */
export function statementNumber(
  block: readonly KeepalivedStatement[],
  name: string,
  max = Number.MAX_SAFE_INTEGER,
): number | null {
  const text = block.findLast((each) => statementName(each) === name)?.words[1]?.text ?? '';
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)$/u.test(text) || Number(text) > max) return null;
  find(block, name, 2);
  return Number(text);
}

/** The whole number after the name, within its bounds; what is none stays unread. */
export function statementWhole(
  block: readonly KeepalivedStatement[],
  name: string,
  min: number,
  max: number,
): number | null {
  const text = block.findLast((each) => statementName(each) === name)?.words[1]?.text ?? '';
  if (!/^\d{1,10}$/u.test(text) || Number(text) < min || Number(text) > max) return null;
  find(block, name, 2);
  return Number(text);
}

/** Whether a switch is on: alone, or with a word for yes or no; other words stay unread. */
export function isOn(block: readonly KeepalivedStatement[], name: string): boolean | null {
  const word = block.findLast((each) => statementName(each) === name)?.words[1]?.text.toLowerCase();
  const answer = word === undefined ? true : yesNo.get(word);
  if (find(block, name, answer === undefined ? 1 : 2) === undefined) return null;
  return answer ?? true;
}

const yesNo = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['off', false],
  ['false', false],
  ['no', false],
]);

/** Somebody has named it as a whole. */
export function takeAll(statement: KeepalivedStatement): void {
  statement.taken = statement.words.length;
  for (const each of statement.block) takeAll(each);
}

/** What nobody read: a statement with all that is in it, or the words of one from `from` on. */
export interface Unread {
  readonly statement: KeepalivedStatement;
  /** 0: all of it. */
  readonly from: number;
  /** One of the same name was read, and counts. */
  readonly instead: KeepalivedStatement | undefined;
}

/** Everything in a block that nobody read. */
export function unread(block: readonly KeepalivedStatement[]): Unread[] {
  const read = new Map(
    block.filter(({ taken }) => taken > 0).map((each) => [statementName(each), each] as const),
  );
  return block.flatMap((statement): Unread[] => {
    const { taken, words } = statement;
    if (taken === 0) return [{ statement, from: 0, instead: read.get(statementName(statement)) }];
    const rest = taken < words.length ? [{ statement, from: taken, instead: undefined }] : [];
    return [...rest, ...unread(statement.block)];
  });
}

/** A note at the place of a statement. */
export function noteAtStatement({ words: [word] }: KeepalivedStatement, text: string): Note {
  const file = word?.file ?? null;
  return { line: word?.line ?? 1, text, ...(file === null ? {} : { file }) };
}

/** A statement in a line, its block in short. */
export function statementText({ words, block }: KeepalivedStatement): string {
  return `${words.map((word) => word.text).join(' ')}${block.length > 0 ? ' { … }' : ''}`;
}
