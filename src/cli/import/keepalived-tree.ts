import type { InputProblem } from './draft.ts';

/** Blocks within blocks; keepalived's own go four deep. */
const DEPTH_MAX = 20;

export interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** One line of keepalived's configuration, with the block that follows it. */
export interface Statement {
  /** At least one. */
  readonly words: readonly Word[];
  readonly block: readonly Statement[];
  /** Somebody read it. What nobody did is not carried over, and `unread` finds it. */
  isRead: boolean;
}

interface Open {
  readonly words: readonly Word[];
  readonly block: Statement[];
  isRead: boolean;
}

/** Words, quoted or not, and braces, without comments (`!` or `#`). */
const token = /"((?:\\.|[^"\\])*)"|[!#].*$|[{}]|[^\s{}"]+/gu;

/** The whole file as a tree, or the first place where it is none. */
export function parseTree(text: string): Statement[] | InputProblem {
  const root: Open = { words: [], block: [], isRead: false };
  const open: Open[] = [root];
  for (const [index, line] of text.split('\n').entries()) {
    let words: Word[] = [];
    for (const match of line.matchAll(token)) {
      const word = {
        text: match[1]?.replaceAll(/\\(.)/gu, '$1') ?? match[0],
        line: index + 1,
        column: match.index + 1,
      };
      if (match[1] === undefined && /^[!#]/u.test(word.text)) break;
      const top = open.at(-1) ?? root;
      if (match[0] === '{') {
        const opened = begin(top, words);
        if (opened === null) return { ...place(word), message: 'a block has no name before it' };
        if (open.length >= DEPTH_MAX) return { ...place(word), message: 'blocks are too deep' };
        open.push(opened);
        words = [];
      } else if (match[0] === '}') {
        if (words.length > 0) top.block.push({ words, block: [], isRead: false });
        words = [];
        open.pop();
        if (open.length === 0) return { ...place(word), message: 'a "}" too many' };
      } else words.push(word);
    }
    if (words.length > 0) open.at(-1)?.block.push({ words, block: [], isRead: false });
  }
  const unclosed = open.length > 1 ? open.at(-1)?.words[0] : undefined;
  return unclosed === undefined
    ? root.block
    : { ...place(unclosed), message: `the block ${unclosed.text} is not closed` };
}

/** The block belongs to the words before it, which may be on the line above. */
function begin(top: Open, words: readonly Word[]): Open | null {
  const last = words.length > 0 ? { words, block: [], isRead: false } : top.block.pop();
  if (last === undefined || last.block.length > 0) return null;
  const opened: Open = { words: last.words, block: [], isRead: false };
  top.block.push(opened);
  return opened;
}

function place({ line, column }: Word): Pick<InputProblem, 'line' | 'column'> {
  return { line, column };
}

/** The first statement of this name in a block. */
export function find(block: readonly Statement[], name: string): Statement | undefined {
  const found = block.find(({ words }) => words[0]?.text === name);
  if (found !== undefined) found.isRead = true;
  return found;
}

/** What nobody read: with all that is in it where a block was not, else within the block. */
export function unread(block: readonly Statement[]): Statement[] {
  return block.flatMap((statement) => (statement.isRead ? unread(statement.block) : [statement]));
}

/** The word after the name, `delay_loop 6` → `6`. */
export function valueOf(block: readonly Statement[], name: string): string | undefined {
  return find(block, name)?.words[1]?.text;
}
