import type { InputProblem, Note } from './draft.ts';
import { Conditions } from './keepalived-conditions.ts';
import { folderOf, type IncludeFiles } from './keepalived-files.ts';
import { repeatOf } from './keepalived-repeat.ts';

/** One line of keepalived's configuration, after everything that is done to it before it is read. */
export interface KeepalivedLine {
  /** Without comments; what stood in its place before the text is blank, so that columns hold. */
  readonly text: string;
  readonly line: number;
  /** `null`: the file that is imported. */
  readonly file: string | null;
}

/** What the lines depend on. */
export interface LineContext {
  /** As keepalived takes it by `-i`; lines that begin with `@` go by it. */
  readonly configId: string | null;
  readonly file: string | undefined;
  /** `null`: files of an `include` are named only. */
  readonly files: IncludeFiles | null;
}

export interface KeepalivedLines {
  readonly lines: readonly KeepalivedLine[];
  readonly notes: readonly Note[];
  readonly problems: readonly InputProblem[];
}

/** What one `$NAME` stands for: part of a line, or lines. */
type Definition = string | readonly KeepalivedLine[];

const LINES_MAX = 200_000;
/** Lines that are looked at, with those that come of definitions and repeats. */
const STEPS_MAX = 1_000_000;
const LINE_MAX_CHARS = 64 * 1024;
const FILES_MAX = 1_000;
/** Definitions in definitions, and includes in includes. */
const DEPTH_MAX = 32;

/** Comments, `@id`, `$NAME=value` and its use, `~SEQ`, `~LST` and `include`, as keepalived does them. */
export function keepalivedLines(text: string, surroundings: LineContext): KeepalivedLines {
  const reader = new Reader(surroundings);
  reader.readFile(text, null, folderOf(surroundings.file), 0);
  return reader.result();
}

class Reader {
  readonly #surroundings: LineContext;
  readonly #conditions: Conditions;
  readonly #definitions = new Map<string, Definition>();
  readonly #lines: KeepalivedLine[] = [];
  readonly #notes: Note[] = [];
  readonly #problems: InputProblem[] = [];
  readonly #undefined = new Set<string>();
  #files = 0;
  #steps = 0;
  #isFull = false;

  constructor(surroundings: LineContext) {
    this.#surroundings = surroundings;
    this.#conditions = new Conditions(
      surroundings.configId,
      (line) => this.#emit(line),
      this.#notes,
    );
    this.#definitions.set('_HASH', '#').set('_BANG', '!');
    if (surroundings.configId !== null) this.#definitions.set('_INSTANCE', surroundings.configId);
  }

  result(): KeepalivedLines {
    const { isUsed } = this.#conditions;
    const { configId } = this.#surroundings;
    const about = `Lines that begin with "@" are read for ${configId === null ? 'no config-id' : `the config-id ${configId}`}: --config-id NAME reads them for another.`;
    return {
      lines: this.#lines,
      notes: isUsed ? [about, ...this.#notes] : this.#notes,
      problems: this.#problems,
    };
  }

  readFile(text: string, file: string | null, folder: string, depth: number): void {
    this.#definitions.set('_PWD', folder);
    let open: { readonly name: string; readonly lines: KeepalivedLine[] } | null = null;
    for (const [index, raw] of text.split('\n').entries()) {
      if (this.#isFull) return;
      const isShort = raw.length <= LINE_MAX_CHARS;
      const line: KeepalivedLine = {
        text: isShort ? withoutComment(raw) : '',
        line: index + 1,
        file,
      };
      if (!isShort) this.#note(line, 'the line is too long: left out');
      if (open !== null) {
        const body = withoutContinuation(line.text);
        if (body.trim() !== '') open.lines.push({ ...line, text: body });
        // A line without its end, or an empty one, is the last; one of blanks or a comment is none.
        const isLast = raw.trimEnd() === '' ? !/^[ \t]/u.test(raw) : body === line.text;
        if (!isLast || (raw.trim() !== '' && line.text.trim() === '')) continue;
        this.#definitions.set(open.name, open.lines);
        open = null;
      } else if (line.text.trim() !== '') open = this.#line(line, folder, depth, true);
    }
    if (open !== null) this.#definitions.set(open.name, open.lines);
  }

  /** One line, as often as it counts; not `null`: it began a definition of several lines. */
  #line(
    given: KeepalivedLine,
    folder: string,
    depth: number,
    isNew: boolean,
  ): { name: string; lines: KeepalivedLine[] } | null {
    const line = this.#isFull ? null : this.#conditions.taken(given, isNew);
    if (line === null) return null;
    this.#steps += 1;
    if (this.#steps > STEPS_MAX) return this.#refuse(line, 'definitions are repeated without end');
    if (depth > DEPTH_MAX) return this.#refuse(line, 'definitions or includes are nested too deep');
    const [, name, value = ''] = /^\s*\$([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$/su.exec(line.text) ?? [];
    if (name !== undefined) return this.#define(name, value, line);
    if (/^\s*~(?:SEQ|LST)/u.test(line.text)) return this.#repeat(line, folder, depth);
    const lines = this.#replaced(line);
    if (lines === null) return this.#include(line, folder, depth);
    for (const [at, each] of lines.entries()) this.#line(each, folder, depth + 1, at > 0);
    return null;
  }

  #define(
    name: string,
    value: string,
    line: KeepalivedLine,
  ): { name: string; lines: KeepalivedLine[] } | null {
    const first = withoutContinuation(value);
    if (first === value) {
      this.#definitions.set(name, value.trim());
      return null;
    }
    return { name, lines: first.trim() === '' ? [] : [{ ...line, text: first }] };
  }

  #repeat(line: KeepalivedLine, folder: string, depth: number): null {
    const end = line.text.indexOf(')');
    const head = this.#replaced({ ...line, text: line.text.slice(0, end + 1) });
    const text = (head?.[0]?.text ?? line.text.slice(0, end + 1)) + line.text.slice(end + 1);
    const repeat = repeatOf(text);
    if (repeat === null) {
      this.#note(line, `${line.text.trim()}: left out, it cannot be read`);
      return null;
    }
    for (const round of repeat.rounds) {
      for (const [name, value] of round) this.#definitions.set(name, value);
      this.#line({ ...line, text: repeat.rest }, folder, depth + 1, true);
      if (this.#isFull) break;
    }
    return null;
  }

  /** The line, or the lines, with what `$NAME` and `${NAME}` stand for; `null`: nothing to replace. */
  #replaced(line: KeepalivedLine): KeepalivedLine[] | null {
    let isChanged = false;
    let rest: readonly KeepalivedLine[] = [];
    const text = line.text.replaceAll(
      REFERENCE,
      (all, plain?: string, braced?: string, words?: string, at = 0) => {
        const name = plain ?? braced ?? '';
        const found = this.#definitions.get(name);
        if (typeof found === 'string' && (words ?? '') === '') {
          isChanged = true;
          return found;
        }
        if (typeof found === 'object' && line.text.slice(at + all.length).trim() === '') {
          isChanged = true;
          const [first, ...others] = found;
          rest = others;
          return first?.text.trimStart() ?? '';
        }
        this.#isUndefined(line, all, name);
        return all;
      },
    );
    if (text.length > LINE_MAX_CHARS) {
      this.#refuse(line, 'the line is too long with what its names stand for');
      return [];
    }
    return isChanged ? [{ ...line, text }, ...rest] : null;
  }

  #isUndefined(line: KeepalivedLine, reference_: string, name: string): void {
    if (this.#undefined.has(reference_)) return;
    this.#undefined.add(reference_);
    const why = Object.hasOwn(volatile, name) ? volatile[name] : 'nothing defines it';
    this.#note(line, `${reference_} stays as it is: ${why}`);
  }

  #include(line: KeepalivedLine, folder: string, depth: number): null {
    const pattern = /^\s*include[rmwba]?[ \t]+(\S.*?)\s*$/su.exec(line.text)?.[1];
    const { files } = this.#surroundings;
    if (pattern === undefined) {
      this.#conditions.pass(line);
      return null;
    }
    const found = files?.match(pattern, folder) ?? [];
    if (found.length === 0) {
      const why = files === null ? 'import that file, too' : 'there is no such file';
      this.#note(line, `${line.text.trim()}: left out, ${why}`);
    }
    for (const path of found) {
      this.#files += 1;
      const input = files?.read(path);
      if (this.#files > FILES_MAX) this.#refuse(line, 'there are too many files');
      else if (input?.ok === true) this.readFile(input.text, path, folderOf(path), depth + 1);
      else this.#note(line, `${path} ${input?.reason ?? ''}`);
    }
    this.#definitions.set('_PWD', folder);
    return null;
  }

  #emit(line: KeepalivedLine): void {
    if (this.#lines.length < LINES_MAX) this.#lines.push(line);
    else this.#refuse(line, `there are more than ${LINES_MAX} lines`);
  }

  #note({ line, file }: KeepalivedLine, text: string): void {
    this.#notes.push({ line, text, ...(file === null ? {} : { file }) });
  }

  /** The rest is not read: it may have no end. */
  #refuse({ line, file, text }: KeepalivedLine, message: string): null {
    if (!this.#isFull) {
      const column = text.length - text.trimStart().length + 1;
      this.#problems.push({ line, column, message, ...(file === null ? {} : { file }) });
    }
    this.#isFull = true;
    return null;
  }
}

/** `$NAME` before a blank, a comma or the end, `${NAME}` anywhere; `${_RANDOM 1 9}` has words. */
const REFERENCE = /\$(?:([A-Za-z_]\w*)(?=[ \t,)]|$)|\{([A-Za-z_]\w*)((?:[ \t]+\w+)*)\})/gu;

/** Other at each start of keepalived, or elsewhere. */
const volatile: Readonly<Record<string, string>> = {
  _RANDOM: 'it is another number at each start of keepalived',
  _ENV: 'it depends on the environment of keepalived',
  _INSTANCE: 'it is the config-id: give --config-id',
};

/** `#` and `!` begin a comment anywhere but in double quotes and after `\`. */
function withoutComment(raw: string): string {
  const [, kept = ''] =
    /^((?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)|[^"\\#!])*\\?)/u.exec(raw) ?? [];
  return kept
    .trimEnd()
    .replaceAll(/"(?:\\.|[^"\\])*"?|\\[#!]/gsu, (part) =>
      part.startsWith('"') ? part : part.slice(1),
    );
}

/** Without the `\` at its end, if there is one. */
function withoutContinuation(text: string): string {
  return text.endsWith('\\') ? text.slice(0, -1).trimEnd() : text;
}
