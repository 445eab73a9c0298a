import { isAlias, isMap, isScalar, isSeq, type Alias, type YAMLMap, type YAMLSeq } from 'yaml';
import { keyText, offsetOfNode, Positions } from './positions.ts';
import { quote, type Path } from './problems.ts';

/** A problem in the text itself, before any key has a meaning. */
export interface TextProblem {
  readonly offset: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Few aliases can stand for billions of values: this many they may add to a file. */
const ALIAS_VALUES_MAX = 100_000;

/** Decimal as everyone reads it. `010`, `0x10`, `+5`, `1e3` and `65000.10` mean different things to different readers. */
const PLAIN_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/;

interface Anchored {
  readonly value: unknown;
  readonly size: number;
}

/** YAML nodes → plain values. One object for one file: it keeps anchors, places and problems. */
export class Converter {
  readonly positions = new Positions();
  readonly problems: TextProblem[] = [];
  /** `open`: the alias refers to itself. */
  readonly #anchors = new Map<string, Anchored | 'open'>();
  #size = 0;
  #aliasValues = 0;
  #aliasesAreBroken = false;

  /** What hangs on a broken alias is not known: judging the values would mislead. */
  get aliasesAreBroken(): boolean {
    return this.#aliasesAreBroken;
  }

  value(node: unknown, path: Path): unknown {
    if (isAlias(node)) return this.#alias(node, path);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const sizeBefore = this.#size;
    this.#size += 1;
    const value = this.#plain(node, path);
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#size - sizeBefore });
    return value;
  }

  #plain(node: unknown, path: Path): unknown {
    if (isMap(node)) return this.#mapping(node, path);
    if (isSeq(node)) return this.#list(node, path);
    if (!isScalar(node)) return null;
    // Kept as text where readers could disagree: refused where a number is needed.
    const isUnclear = typeof node.value === 'number' && !PLAIN_NUMBER.test(node.source ?? '');
    return isUnclear ? node.source : node.value;
  }

  #mapping(node: YAMLMap, path: Path): Record<string, unknown> {
    const mapping: Record<string, unknown> = Object.create(null);
    this.positions.add(mapping, node);
    for (const { key: keyNode, value: valueNode } of node.items) {
      const key = this.#key(keyNode, path);
      if (key === null) continue;
      const keyPath = [...path, key];
      if (Object.hasOwn(mapping, key)) {
        const message = `the key ${quote(key)} is here twice: remove one`;
        this.#problem(offsetOfNode(keyNode), keyPath, message);
        continue;
      }
      mapping[key] = this.value(valueNode, keyPath);
    }
    return mapping;
  }

  #key(node: unknown, path: Path): string | null {
    const key = keyText(node);
    if (key !== null && key !== '__proto__') return key;
    const message =
      key === null
        ? 'expected a plain word as key: write it in quotes'
        : `unknown key ${quote(key)}`;
    this.#problem(offsetOfNode(node), path, message);
    return null;
  }

  #list(node: YAMLSeq, path: Path): unknown[] {
    const list = node.items.map((item, index) => this.value(item, [...path, index]));
    this.positions.add(list, node);
    return list;
  }

  #alias(node: Alias, path: Path): unknown {
    const name = quote(node.source);
    const anchored = this.#anchors.get(node.source);
    if (anchored === undefined) {
      return this.#brokenAlias(node, path, `the alias ${name} refers to no anchor above it`);
    }
    if (anchored === 'open') {
      return this.#brokenAlias(node, path, `the alias ${name} refers to itself`);
    }
    this.#size += anchored.size;
    const before = this.#aliasValues;
    this.#aliasValues += anchored.size;
    if (this.#aliasValues <= ALIAS_VALUES_MAX) return anchored.value;
    // Said once: every later alias is beyond the limit too.
    if (before > ALIAS_VALUES_MAX) return null;
    const message = `aliases expand to more than ${ALIAS_VALUES_MAX} values from here on: use fewer`;
    return this.#brokenAlias(node, path, message);
  }

  #brokenAlias(node: Alias, path: Path, message: string): null {
    this.#aliasesAreBroken = true;
    this.#problem(offsetOfNode(node), path, message);
    return null;
  }

  #problem(offset: number, path: Path, message: string): void {
    this.problems.push({ offset, path, message });
  }
}
