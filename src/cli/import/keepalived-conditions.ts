import type { Note } from './draft.ts';
import type { KeepalivedLine } from './keepalived-lines.ts';

/**
 * Lines that begin with `@id` (only for this config-id) or `@^id` (for all others). Those for
 * others are named. Where such a line opens a block, the block goes with it, unless a line beside
 * it opens the same block for our id.
 */
export class Conditions {
  readonly #configId: string | null;
  readonly #emit: (line: KeepalivedLine) => void;
  readonly #notes: Note[];
  /** There was such a line. */
  isUsed = false;
  /** Whether the lines just before, which are for some ids only, opened a block, and for whom. */
  #heads: 'none' | 'ours' | 'others' = 'none';
  /** How many blocks the last of them left open. */
  #opened = 0;
  /** Blocks that are open in what is passed over. */
  #depth = 0;

  constructor(configId: string | null, emit: (line: KeepalivedLine) => void, notes: Note[]) {
    this.#configId = configId;
    this.#emit = emit;
    this.#notes = notes;
  }

  /**
   * The line without its condition, or `null` where it does not count. `isNew`: it is no other form
   * of a line that was asked for before.
   */
  taken(line: KeepalivedLine, isNew: boolean): KeepalivedLine | null {
    if (this.#depth > 0) return this.#passOver(line);
    const match = /^(\s*@(\^?)(\S*))(?:\s+(\S.*))?$/su.exec(line.text);
    if (match === null) return isNew ? this.#plain(line) : line;
    this.isUsed = true;
    const [, condition = '', not = '', id = '', rest] = match;
    const net = rest === undefined ? 0 : netOf(rest);
    if (rest !== undefined && (id === this.#configId) === (not === '')) {
      this.#heads = net > 0 ? 'ours' : 'none';
      return { ...line, text: ' '.repeat(condition.length) + line.text.slice(condition.length) };
    }
    const isWhole = net > 0 && this.#heads !== 'ours';
    if (net <= 0 || isWhole) this.#heads = 'others';
    this.#opened = Math.max(0, net);
    const words = line.text.trim().replaceAll(/\s+/gu, ' ');
    const text = isWhole ? `${words.replace(/\s*\{\s*$/u, '')} { … }` : words;
    this.#notes.push({
      line: line.line,
      text: `${text}: left out, ${this.#why(not, id, rest !== undefined)}`,
      ...(line.file === null ? {} : { file: line.file }),
    });
    return null;
  }

  /** A line that nothing more is done to. */
  pass(line: KeepalivedLine): void {
    this.#emit(line);
  }

  #why(not: string, id: string, isWhole: boolean): string {
    if (!isWhole) return 'it says nothing';
    if (not !== '') return `it is for every config-id but ${id}`;
    return `it is for the config-id ${id}`;
  }

  #plain(line: KeepalivedLine): KeepalivedLine | null {
    const isBody =
      this.#heads === 'others' && (this.#opened > 0 || line.text.trimStart().startsWith('{'));
    this.#heads = 'none';
    if (!isBody) return line;
    this.#depth = this.#opened;
    return this.#passOver(line);
  }

  /** `null`, or what stands behind the end of the block. */
  #passOver(line: KeepalivedLine): KeepalivedLine | null {
    for (const [brace, at] of bracesOf(line.text)) {
      this.#depth += brace === '{' ? 1 : -1;
      if (this.#depth > 0) continue;
      this.#opened = 0;
      const rest = ' '.repeat(at + 1) + line.text.slice(at + 1);
      return rest.trim() === '' ? null : { ...line, text: rest };
    }
    return null;
  }
}

/** How many more blocks a line opens than it closes. */
function netOf(text: string): number {
  return bracesOf(text).reduce((sum, [brace]) => sum + (brace === '{' ? 1 : -1), 0);
}

/** Those outside of double quotes. */
function bracesOf(text: string): (readonly [brace: string, at: number])[] {
  return [...text.matchAll(/"(?:\\.|[^"\\])*"|\$\{\w*[^{}]*\}|[{}]/gsu)]
    .filter(([all]) => all === '{' || all === '}')
    .map((match) => [match[0], match.index] as const);
}
