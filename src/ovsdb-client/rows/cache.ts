import type { AnyRow } from '../columns.ts';
import { Fault } from '../fault.ts';
import type { Uuid } from '../values.ts';
import type { Edit } from './edits.ts';
import type { Plan } from './plan.ts';
import { overlay, patchRow, readRow } from './row.ts';

/** A real change of one row: in a `modify` at least one column differs. */
export type Change<R> =
  | { readonly kind: 'insert'; readonly uuid: Uuid; readonly row: R }
  | { readonly kind: 'modify'; readonly uuid: Uuid; readonly row: R; readonly old: R }
  | { readonly kind: 'delete'; readonly uuid: Uuid; readonly old: R };

/**
 * The rows of one monitor. Each method works out all changes first and only then
 * makes them, so that a notification is taken whole or not at all. Deletions come
 * first in every list: a row that was replaced by one of the same name goes
 * before its successor comes.
 */
export class RowCache<R extends AnyRow> {
  readonly #rows = new Map<Uuid, R>();
  readonly #isRow: (row: AnyRow) => row is R;

  constructor(isRow: (row: AnyRow) => row is R) {
    this.#isRow = isRow;
  }

  /** A live view. */
  get rows(): ReadonlyMap<Uuid, R> {
    return this.#rows;
  }

  /** Takes `edits` as the whole content of the table; what is not in them was deleted. */
  replace(plan: Plan, edits: readonly Edit[]): readonly Change<R>[] | Fault {
    const changes = this.#changesOf(plan, edits);
    if (changes instanceof Fault) return changes;
    const present = new Set(edits.map(({ uuid }) => uuid));
    const gone: Change<R>[] = [];
    for (const [uuid, old] of this.#rows) {
      if (!present.has(uuid)) gone.push({ kind: 'delete', uuid, old });
    }
    return this.#commit([...gone, ...changes]);
  }

  /** Takes `edits` as what happened since. */
  apply(plan: Plan, edits: readonly Edit[]): readonly Change<R>[] | Fault {
    const changes = this.#changesOf(plan, edits);
    return changes instanceof Fault ? changes : this.#commit(changes);
  }

  #changesOf(plan: Plan, edits: readonly Edit[]): readonly Change<R>[] | Fault {
    const deletions: Change<R>[] = [];
    const others: Change<R>[] = [];
    for (const edit of edits) {
      const change = this.#changeOf(plan, edit);
      if (change instanceof Fault) return change;
      if (change !== null) (change.kind === 'delete' ? deletions : others).push(change);
    }
    return deletions.length === 0 ? others : [...deletions, ...others];
  }

  /** `null`: nothing differs. */
  #changeOf(plan: Plan, edit: Edit): Change<R> | Fault | null {
    const { uuid } = edit;
    const old = this.#rows.get(uuid);
    switch (edit.kind) {
      case 'delete':
        // Of a row we never had: it is as the server wants it already.
        return old === undefined ? null : { kind: 'delete', uuid, old };
      case 'whole': {
        const row = readRow(plan, edit.json);
        if (row instanceof Fault) return row;
        return this.#changeTo(uuid, old === undefined ? row : overlay(old, row), old);
      }
      case 'patch': {
        // We have missed something: only a new snapshot helps.
        if (old === undefined) return new Fault(`a change of row ${uuid}, which is not known`);
        const row = patchRow(plan, old, edit.json);
        return row instanceof Fault ? row : this.#changeTo(uuid, row, old);
      }
      default:
        return edit satisfies never;
    }
  }

  #changeTo(uuid: Uuid, row: AnyRow, old: R | undefined): Change<R> | Fault | null {
    if (row === old) return null;
    if (!this.#isRow(row)) return new Fault(`row ${uuid} lacks a column`);
    return old === undefined ? { kind: 'insert', uuid, row } : { kind: 'modify', uuid, row, old };
  }

  #commit(changes: readonly Change<R>[]): readonly Change<R>[] {
    for (const change of changes) {
      if (change.kind === 'delete') this.#rows.delete(change.uuid);
      else this.#rows.set(change.uuid, change.row);
    }
    return changes;
  }
}
