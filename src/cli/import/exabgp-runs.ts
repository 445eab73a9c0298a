import { shellCommands } from './exabgp-shell.ts';
import type { Note } from './draft.ts';
import type { ExabgpStatement, ExabgpWord } from './exabgp-tree.ts';
import { shortened, textFault } from './healthcheck-words.ts';

/** A shell within a shell within a shell. */
const NESTED_MAX = 3;

/** One `run …;` of a `process` block that starts ExaBGP's healthcheck. */
export interface RunLine {
  readonly at: ExabgpWord;
  /** Of its process. */
  readonly name: string;
  /** After the word `healthcheck`. */
  readonly words: readonly ExabgpWord[];
  /** `VAR=value`, set for it. */
  readonly environment: readonly string[];
  /** What of its process is not carried over. */
  readonly notes: readonly Note[];
}

export interface Runs {
  readonly runs: readonly RunLine[];
  /** Processes that run something else. */
  readonly notes: readonly Note[];
}

/** Every process that runs healthcheck, wherever it stands; and, in notes, every other one. */
export function runsOf(statements: readonly ExabgpStatement[]): Runs {
  const runs: RunLine[] = [];
  const notes: Note[] = [];
  const seen = new Set<string>();
  for (const process of processesOf(statements)) {
    const { words, block } = process;
    // Of 3.4, where each neighbor may have the same process.
    const print = printOf(process);
    if (seen.has(print)) continue;
    seen.add(print);
    const name = words[1]?.text ?? 'healthcheck';
    const all = block.filter((each) => each.words[0]?.text === 'run');
    const [key, ...rest] = all.at(-1)?.words ?? [];
    for (const { words: earlier } of all.slice(0, -1)) {
      const text = `process ${name}: ${shortened(textOf(earlier))}: left out, ExaBGP runs the last one only`;
      notes.push({ line: earlier[0]?.line ?? 1, text });
    }
    if (key === undefined) {
      const { line } = words[0] ?? { line: 1 };
      if (block.length > 0) notes.push({ line, text: `process ${name}: it has no run: left out` });
      continue;
    }
    const start = startOf(rest, 0);
    if (start === null) notes.push(otherProcess(name, key, rest));
    else {
      const others = block.flatMap((each) => leftOut(name, each));
      runs.push({
        at: key,
        name,
        ...start,
        notes: [...wrapper(name, key, start.around), ...others],
      });
    }
  }
  return { runs, notes };
}

function processesOf(statements: readonly ExabgpStatement[]): ExabgpStatement[] {
  return statements.flatMap((statement) =>
    statement.words[0]?.text === 'process' ? [statement] : processesOf(statement.block),
  );
}

function printOf({ words, block }: ExabgpStatement): string {
  return JSON.stringify([words.map(({ text }) => text), block.map(printOf)]);
}

function textOf(words: readonly ExabgpWord[]): string {
  return words.map(({ text }) => text).join(' ');
}

function otherProcess(name: string, { line }: ExabgpWord, words: readonly ExabgpWord[]): Note {
  const text = textOf(words);
  const what = /health-?_?check/iu.test(text)
    ? `it is not understood as ExaBGP's healthcheck: left out: ${shortened(text)}`
    : 'it runs no healthcheck: left out, it may stay as it is';
  return { line, text: `process ${name}: ${what}` };
}

/** Of a process, what is neither carried over nor replaced by routevane's own. */
function leftOut(name: string, { words, block }: ExabgpStatement): Note[] {
  const [first] = words;
  if (first === undefined || ['run', 'encoder'].includes(first.text)) return [];
  const text = `${shortened(textOf(words))}${block.length > 0 ? ' { … }' : ''}`;
  return [{ line: first.line, text: `process ${name}: ${text}: left out` }];
}

interface Start {
  readonly words: readonly ExabgpWord[];
  readonly environment: readonly string[];
  /** What stands before and after, and was not understood. */
  readonly around: readonly string[];
}

/** Where healthcheck begins: a word of the command, or of a text that it hands to a shell. */
function startOf(words: readonly ExabgpWord[], depth: number): Start | null {
  const at = words.findIndex(({ text }) => isHealthcheck(text));
  if (at !== -1) {
    return { ...beforeOf(words.slice(0, at)), words: words.slice(at + 1) };
  }
  if (depth >= NESTED_MAX) return null;
  for (const [index, word] of words.entries()) {
    if (!/\s/u.test(word.text) || !word.text.includes('healthcheck')) continue;
    const commands = shellCommands(word);
    for (const command of commands) {
      const start = startOf(command.words, depth + 1);
      if (start === null) continue;
      const outer = beforeOf(words.slice(0, index));
      const others = commands.filter((each) => each !== command);
      const rest = [
        ...others.flatMap((each) => each.words.concat(each.rest)),
        ...command.rest,
        ...words.slice(index + 1),
      ];
      return {
        words: start.words,
        environment: [...outer.environment, ...start.environment],
        around: [...outer.around, ...start.around, ...rest.map(({ text }) => text)],
      };
    }
  }
  return null;
}

/** `exabgp healthcheck`, `exabgp-healthcheck`, `…/healthcheck.py`, `-m exabgp.application.healthcheck`. */
function isHealthcheck(word: string): boolean {
  if (/\s|=/u.test(word)) return false;
  return (
    /^(?:-m)?exabgp\.application\.healthcheck$/u.test(word) ||
    /^(?:.*\/)?(?:exabgp[-_])?healthcheck(?:\.py)?$/u.test(word)
  );
}

/** Programs that only start it, and their switches. */
const STARTER = /^(?:.*\/)?(?:(?:ba|da|a|k|z)?sh|env|pypy\d*|python[\d.]*|exabgp)$/u;
const ITS_SWITCH = /^(?:-[a-z]*c|-mexabgp|-m|-u|--run)$/u;

/** What the words before it say: variables, and what is not understood. */
function beforeOf(words: readonly ExabgpWord[]): Pick<Start, 'environment' | 'around'> {
  const environment: string[] = [];
  const around: string[] = [];
  let isStarter = true;
  for (const [index, { text }] of words.entries()) {
    const name = /^([A-Za-z_][\w.]*)=/u.exec(text)?.[1];
    // Those of Python and of ExaBGP are not for the command that is run.
    const isOfCommand = name !== undefined && !/^(?:PYTHON|exabgp[._])/u.test(name);
    if (isOfCommand && textFault(text) === null) environment.push(text);
    else {
      const isSwitch: boolean = isStarter && ITS_SWITCH.test(text);
      isStarter = isSwitch || STARTER.test(text) || (index === 0 && text === 'exec');
      if (!isStarter) around.push(text);
    }
  }
  return { environment, around };
}

function wrapper(name: string, { line }: ExabgpWord, around: readonly string[]): Note[] {
  if (around.length === 0) return [];
  const text = `process ${name}: around healthcheck: ${shortened(around.join(' '))}: left out`;
  return [{ line, text }];
}
