import { parseAddress, type Address } from '../../config/parse/address.ts';
import { parseRegex } from '../../config/parse/regex.ts';
import type { Note } from './draft.ts';
import type { ExabgpStatement, ExabgpWord } from './exabgp-tree.ts';

/** A neighbor of ExaBGP, as far as routes depend on it. */
export interface Neighbor {
  /** `null`: not one address, such as a range. */
  readonly address: Address | null;
  /** Our end of its session, where it is written down. */
  readonly local: Address | null;
  /** Names of the processes that it takes routes from. */
  readonly processes: readonly string[];
}

export interface ImportedNeighbors {
  readonly all: readonly Neighbor[];
  /** Where a process is named for a neighbor. */
  readonly lists: readonly List[];
  readonly notes: readonly Note[];
}

interface List {
  /** `processes`, `processes-match`. */
  readonly key: string;
  readonly names: readonly string[];
  readonly line: number;
}

/**
 * The neighbors of a configuration with what they inherit from templates and groups.
 *
 * @param names of the processes that are carried over.
 */
export function neighborsOf(
  statements: readonly ExabgpStatement[],
  names: ReadonlySet<string>,
): ImportedNeighbors {
  const templates = templatesOf(statements);
  const all: Neighbor[] = [];
  const walk = (block: readonly ExabgpStatement[], inherited: readonly ExabgpStatement[]): void => {
    for (const statement of block) {
      const [name, word] = statement.words;
      if (name?.text === 'neighbor') {
        const own = [...statement.block, ...inherited];
        const from = own
          .filter(({ words }) => words[0]?.text === 'inherit')
          .flatMap(({ words }) => namesOf(words));
        const whole = [...own, ...from.flatMap((each) => templates.get(each) ?? [])];
        all.push(neighborOf(word, whole, names));
      } else if (name?.text === 'group') {
        const own = statement.block.filter(
          ({ words }) => words[0]?.text !== 'neighbor' && words[0]?.text !== 'group',
        );
        walk(statement.block, [...inherited, ...own]);
      }
    }
  };
  walk(statements, []);
  const lists = listsOf(statements, names);
  const notes = lists.flatMap(({ key, names: listed, line }): Note[] => {
    const text = 'processes-match names no process that is carried over, or cannot be read';
    return key === 'processes' || listed.length > 0 ? [] : [{ line, text }];
  });
  return { all, lists, notes };
}

function neighborOf(
  word: ExabgpWord | undefined,
  block: readonly ExabgpStatement[],
  names: ReadonlySet<string>,
): Neighbor {
  const local = block.find(({ words }) => words[0]?.text === 'local-address')?.words[1];
  return {
    address: addressOf(word),
    local: addressOf(local),
    // A process within a neighbor, as 3.4 has it, is its own.
    processes: [
      ...listsOf(block, names).flatMap((list) => list.names),
      ...block.flatMap(({ words: [name, named] }) =>
        name?.text === 'process' && named !== undefined ? [named.text] : [],
      ),
    ],
  };
}

function addressOf(word: ExabgpWord | undefined): Address | null {
  const address = parseAddress(word?.text ?? '');
  return address.ok ? address.value : null;
}

/** `template { neighbor NAME { … } }`, `template NAME { … }`. */
function templatesOf(
  statements: readonly ExabgpStatement[],
): Map<string, readonly ExabgpStatement[]> {
  const templates = new Map<string, readonly ExabgpStatement[]>();
  for (const { words, block } of statements) {
    if (words[0]?.text !== 'template') continue;
    const name = words.at(-1)?.text;
    if (words.length > 1 && name !== undefined) templates.set(name, block);
    for (const each of block) {
      const inner = each.words[1]?.text;
      if (each.words[0]?.text === 'neighbor' && inner !== undefined)
        templates.set(inner, each.block);
    }
  }
  return templates;
}

/** Every `processes [ … ]` and `processes-match [ … ]` in a block, at any depth. */
function listsOf(block: readonly ExabgpStatement[], names: ReadonlySet<string>): List[] {
  return block.flatMap(({ words, block: inner }) => {
    const [first] = words;
    const lists = listsOf(inner, names);
    if (first?.text === 'processes') {
      return [{ key: first.text, names: namesOf(words), line: first.line }, ...lists];
    }
    if (first?.text !== 'processes-match') return lists;
    const matching = [...names].filter((name) =>
      namesOf(words).some((each) => matches(each, name)),
    );
    return [{ key: first.text, names: matching, line: first.line }, ...lists];
  });
}

/** As Python's `re.match`: from the beginning of the name. */
function matches(source: string, name: string): boolean {
  const pattern = parseRegex(`/^(?:${source})/`);
  return pattern.ok && pattern.value.test(name);
}

/** The names after the first word, in brackets or not. */
function namesOf(words: readonly ExabgpWord[]): string[] {
  return words
    .slice(1)
    .flatMap(({ text }) => text.split(/[\s,[\]]+/u))
    .filter((name) => name !== '');
}
