import { isAlias, isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Path } from './problems.ts';

/** Where a key (or element) and its value begin: offsets in UTF-16 units. */
interface Place {
  readonly keyAt: number;
  readonly valueAt: number;
}

/**
 * The place of every value, found by walking the path through the values
 * themselves: its cost is the depth of the path, not the size of the file. A
 * mapping is indexed at its first problem only, so a sound file costs nothing.
 */
export class Positions {
  readonly #nodes = new Map<object, YAMLMap | YAMLSeq>();
  readonly #indexes = new Map<object, ReadonlyMap<string | number, Place>>();

  /** Remembers what a mapping or list was made from. */
  add(container: object, node: YAMLMap | YAMLSeq): void {
    this.#nodes.set(container, node);
  }

  /** The offset of what `path` names below `root`, or of the nearest thing around it. */
  offsetOf(root: unknown, path: Path, at: 'key' | 'value'): number {
    let current = root;
    let offset = isContainer(root) ? offsetOfNode(this.#nodes.get(root)) : 0;
    for (const [index, part] of path.entries()) {
      const place = this.#placeIn(current, part);
      // A key that is missing: the heading of the mapping it is missing from.
      if (place === undefined) return offset;
      const next = path[index + 1];
      current = childOf(current, part);
      const isNextMissing = next !== undefined && this.#placeIn(current, next) === undefined;
      const isWantedKey = next === undefined && at === 'key';
      offset = isWantedKey || isNextMissing ? place.keyAt : place.valueAt;
    }
    return offset;
  }

  #placeIn(container: unknown, part: string | number): Place | undefined {
    if (!isContainer(container)) return undefined;
    let index = this.#indexes.get(container);
    if (index === undefined) {
      index = indexOf(this.#nodes.get(container));
      this.#indexes.set(container, index);
    }
    return index.get(part);
  }
}

function indexOf(node: YAMLMap | YAMLSeq | undefined): ReadonlyMap<string | number, Place> {
  const index = new Map<string | number, Place>();
  if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) {
      const offset = offsetOfNode(item);
      index.set(at, { keyAt: offset, valueAt: offset });
    }
  } else if (isMap(node)) {
    for (const { key, value } of node.items) {
      const text = keyText(key);
      // Of a key that is here twice the first one counts.
      if (text === null || index.has(text)) continue;
      const keyAt = offsetOfNode(key);
      index.set(text, { keyAt, valueAt: value === null ? keyAt : offsetOfNode(value) });
    }
  }
  return index;
}

/** A key as text; `null` for what cannot be one. */
export function keyText(node: unknown): string | null {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'number') return node.source ?? String(node.value);
  return typeof node.value === 'string' ? node.value : null;
}

export function offsetOfNode(node: unknown): number {
  const hasRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  return hasRange ? (node.range?.[0] ?? 0) : 0;
}

export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The value of a key or index, `undefined` where there is none. */
export function childOf(container: unknown, part: string | number): unknown {
  if (Array.isArray(container)) return typeof part === 'number' ? container[part] : undefined;
  return isMapping(container) ? container[part] : undefined;
}

/** Mappings are made without a prototype, so every key in them is the file's own. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}
