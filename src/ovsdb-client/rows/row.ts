import type { AnyRow } from '../columns.ts';
import { Fault } from '../fault.ts';
import { isObject } from '../json.ts';
import { quotedJson } from '../text.ts';
import { decodeValue, equalValues, type Value } from '../values.ts';
import { mergeValue } from './merge.ts';
import { words, type ColumnPlan, type Plan } from './plan.ts';

/** Reads a whole row; a column that was left out has its initial value. */
export function readRow(plan: Plan, json: unknown): AnyRow | Fault {
  if (!isObject(json)) return new Fault(`not a row: ${quotedJson(json)}`);
  const row: Record<string, Value> = {};
  for (const [name, column] of plan) {
    const value = json[name] === undefined ? column.initial : readColumn(column, json[name]);
    if (value instanceof Fault) return value;
    row[name] = value;
  }
  return row;
}

/** Applies a `modify`. Columns that stay equal stay the same object, and so does the row. */
export function patchRow(plan: Plan, old: AnyRow, json: unknown): AnyRow | Fault {
  if (!isObject(json)) return new Fault(`not a row: ${quotedJson(json)}`);
  const changed: Record<string, Value> = {};
  for (const [name, columnJson] of Object.entries(json)) {
    const column = plan.get(name);
    const oldValue = old[name];
    if (column === undefined || oldValue === undefined) {
      return new Fault(`a change of column ${name}, which was not asked for`);
    }
    const sent = readColumn(column, columnJson);
    if (sent instanceof Fault) return sent;
    changed[name] = mergeValue(column.hasSeveral, oldValue, sent);
  }
  return overlay(old, changed);
}

/** `old` with what differs from it in `fresh`; `old` itself where nothing does. */
export function overlay(old: AnyRow, fresh: AnyRow): AnyRow {
  const changed: Record<string, Value> = {};
  let doesDiffer = false;
  for (const [name, value] of Object.entries(fresh)) {
    const oldValue = old[name];
    if (oldValue !== undefined && equalValues(oldValue, value)) continue;
    changed[name] = value;
    doesDiffer = true;
  }
  return doesDiffer ? { ...old, ...changed } : old;
}

function readColumn(column: ColumnPlan, json: unknown): Value | Fault {
  const value = decodeValue(column.type, json);
  if (value !== undefined) return value;
  const { name, table, type } = column;
  return new Fault(`column ${name} of ${table} is not ${words(type)}: ${quotedJson(json)}`);
}
