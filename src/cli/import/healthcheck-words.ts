import { isUnsafe } from '../../config/control-characters.ts';
import type { Note } from './draft.ts';
import type { ExabgpWord } from './exabgp-tree.ts';
import { options, type Option } from './healthcheck-options.ts';

/** A long value is cut where it is shown. */
const SHOWN_MAX_CHARS = 80;

/** As much as one text of a configuration may have. */
const TEXT_MAX_CHARS = 4_096;

/** Why a configuration cannot have this text; `null`: it can. */
export function textFault(text: string): string | null {
  if (isUnsafe(text)) return 'control characters have no place here';
  return text.length > TEXT_MAX_CHARS ? `it has more than ${TEXT_MAX_CHARS} characters` : null;
}

/** A word of a command line, or of the file that `--config` names. */
export interface Argument extends Pick<ExabgpWord, 'text' | 'line'> {
  readonly file?: string;
}

/** An option as it was given, or a word that is none. */
interface Given {
  readonly option: Option | null;
  readonly at: Argument;
  readonly value: string | null;
  /** Why it cannot be what it should; it counts as not given. */
  readonly fault: string | null;
  isRead: boolean;
}

/** Words → options by the rules of Python's argparse. What nobody reads is found by `unread`. */
export class GivenOptions {
  readonly #all: readonly Given[];

  constructor(words: readonly Argument[]) {
    this.#all = givenOf(words);
  }

  has(name: string): boolean {
    return this.#read(name).length > 0;
  }

  /** As `has`, and it is still reported as left out. */
  peek(name: string): string | null {
    return this.#named(name).at(-1)?.value ?? null;
  }

  /** The value that counts: the last one. */
  last(name: string): string | null {
    return this.#read(name).at(-1)?.value ?? null;
  }

  all(name: string): readonly { readonly value: string; readonly at: Argument }[] {
    return this.#read(name).map(({ value, at }) => ({ value: value ?? '', at }));
  }

  place(name: string): Argument | undefined {
    return this.#named(name).at(-1)?.at;
  }

  /** Words that healthcheck itself does not know. */
  get isForeign(): boolean {
    return this.#all.some(({ option }) => option === null);
  }

  unread(): Note[] {
    return this.#all.filter(({ isRead }) => !isRead).map(leftOut);
  }

  #named(name: string): Given[] {
    return this.#all.filter(({ option, fault }) => option?.names[0] === name && fault === null);
  }

  #read(name: string): Given[] {
    const found = this.#named(name);
    for (const given of found) given.isRead = true;
    return found;
  }
}

function leftOut({ option, at, value, fault }: Given): Note {
  const shown = [option?.names[0] ?? at.text, ...(value === null ? [] : [shortened(value)])].join(
    ' ',
  );
  const hint = fault ?? option?.hint ?? 'healthcheck has no such option';
  return argumentNote(at, `${shown}: left out${hint === '' ? '' : `, ${hint}`}`);
}

/** A note at the place of a word. */
export function argumentNote({ line, file }: Pick<Argument, 'line' | 'file'>, text: string): Note {
  return file === undefined ? { line, text } : { line, text, file };
}

/** Text of somebody else's in a note. */
export function shortened(text: string): string {
  return text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
}

function givenOf(words: readonly Argument[]): Given[] {
  const given: Given[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const at = words[index] ?? { text: '', line: 1 };
    const add = (option: Option | null, value: string | null, why: string | null = null): void => {
      // A command may have any: it is written another way.
      const isCommand = option?.names[0] === '--command';
      const fault = why ?? (value === null || isCommand ? null : textFault(value));
      given.push({ option, at, value, fault, isRead: false });
    };
    if (!isOption(at.text)) {
      add(null, null);
      continue;
    }
    for (let found: Found | null = optionOf(at.text); found !== null;) {
      const { option, joined }: Found = found;
      found = null;
      const next = words[index + 1]?.text;
      const follows = next !== undefined && !isOption(next) ? next : null;
      if (option !== null && option.takes === 'nothing' && joined !== null) {
        // `-sd` is `-s -d`.
        const isCluster = !at.text.startsWith('--') && joined.joint === '';
        add(option, null, isCluster ? null : 'it takes no value');
        if (isCluster) found = shortOf(`-${joined.value}`);
      } else if (joined !== null && option !== null) add(option, joined.value);
      else if (option?.takes === 'nothing') add(option, null);
      else {
        const isLacking = option?.takes === 'value' && follows === null;
        add(option, follows, isLacking ? 'its value is missing' : null);
        if (follows !== null) index += 1;
      }
    }
  }
  return given;
}

/** Negative numbers and words with spaces are values. */
function isOption(word: string): boolean {
  if (!word.startsWith('-') || word === '-' || /^-(?:\d+|\d*\.\d+)$/u.test(word)) return false;
  return !word.includes(' ') || optionOf(word).option !== null;
}

interface Found {
  readonly option: Option | null;
  /** `--ip=1`, `-i5`: the value in the same word, and what is between. */
  readonly joined: { readonly value: string; readonly joint: '=' | '' } | null;
}

/** A whole name, or the beginning of one long name only; a short one with its value behind it. */
function optionOf(word: string): Found {
  const whole = byName(word);
  if (whole !== undefined) return { option: whole, joined: null };
  const [name = '', ...values] = word.split('=');
  const joined = values.length > 0 ? ({ value: values.join('='), joint: '=' } as const) : null;
  const named = byName(name);
  if (joined !== null && named !== undefined) return { option: named, joined };
  if (word.startsWith('--')) return { option: byBeginning(name), joined };
  return shortOf(word);
}

/** `-i5`, `-sd`: one letter, and what is behind it. */
function shortOf(word: string): Found {
  const option = byName(word.slice(0, 2)) ?? null;
  const joined = word.length > 2 ? ({ value: word.slice(2), joint: '' } as const) : null;
  return { option, joined };
}

function byName(name: string): Option | undefined {
  return options.find(({ names }) => names.includes(name));
}

/** Where a new option makes an old beginning ambiguous, the old one is meant. */
function byBeginning(name: string): Option | null {
  const found = options.filter(({ names }) =>
    names.some((each) => each.startsWith('--') && each.startsWith(name)),
  );
  const old = found.filter(({ since }) => since !== '5.0');
  const [only, ...others] = found.length > 1 ? old : found;
  return only !== undefined && others.length === 0 ? only : null;
}
