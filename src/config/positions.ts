import type { Path } from './problems.ts';

/** Where the parts of one mapping or list stand in the text: offsets in UTF-16 units. */
interface ContainerPlaces {
  readonly start: number;
  readonly keys: Map<string | number, number>;
  readonly values: Map<string | number, number>;
}

/**
 * The place of every value, found by walking the path through the values
 * themselves: its cost is the depth of the path, not the size of the file.
 */
export class Positions {
  readonly #places = new WeakMap<object, ContainerPlaces>();

  addContainer(container: object, start: number): void {
    this.#places.set(container, { start, keys: new Map(), values: new Map() });
  }

  addEntry(container: object, key: string | number, keyAt: number, valueAt: number): void {
    const places = this.#places.get(container);
    places?.keys.set(key, keyAt);
    places?.values.set(key, valueAt);
  }

  /** The offset of what `path` names below `root`, or of the nearest thing around it. */
  offsetOf(root: unknown, path: Path, at: 'key' | 'value'): number {
    let current = root;
    let offset = this.#startOf(root);
    for (const [index, part] of path.entries()) {
      const places = isContainer(current) ? this.#places.get(current) : undefined;
      const keyAt = places?.keys.get(part);
      const valueAt = places?.values.get(part);
      // A key that is missing: the heading of the mapping it is missing from.
      if (keyAt === undefined || valueAt === undefined) return offset;
      const isLast = index === path.length - 1;
      current = childOf(current, part);
      const nextIsMissing = !isLast && !this.#has(current, path[index + 1]);
      offset = (isLast && at === 'key') || nextIsMissing ? keyAt : valueAt;
    }
    return offset;
  }

  #startOf(value: unknown): number {
    return (isContainer(value) ? this.#places.get(value)?.start : undefined) ?? 0;
  }

  #has(container: unknown, part: string | number | undefined): boolean {
    if (part === undefined || !isContainer(container)) return false;
    return this.#places.get(container)?.keys.has(part) ?? false;
  }
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
