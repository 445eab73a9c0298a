import { Fault } from './fault.ts';
import { isArray, isObject } from './json.ts';
import { quoted, quotedJson } from './text.ts';
import type { AtomName, ColumnType } from './values.ts';

/** A column as the server has it. */
export interface ColumnSchema {
  readonly type: ColumnType;
  /** A column that was never set holds one default element, not none. */
  readonly isRequired: boolean;
  /** May hold several elements: update2 and update3 send a difference, not the new value. */
  readonly hasSeveral: boolean;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnSchema>;
}

export interface DatabaseSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

/** Reads RFC 7047's <database-schema> (section 3.2) as far as rows need it. */
export function parseSchema(json: unknown): DatabaseSchema | Fault {
  if (!isObject(json) || typeof json['name'] !== 'string' || !isObject(json['tables'])) {
    return new Fault(`not a database schema: ${quotedJson(json)}`);
  }
  const tables = new Map<string, TableSchema>();
  for (const [name, tableJson] of Object.entries(json['tables'])) {
    const table = parseTable(name, tableJson);
    if (table instanceof Fault) return table;
    tables.set(name, table);
  }
  const { version } = json;
  return { name: json['name'], version: typeof version === 'string' ? version : '', tables };
}

function parseTable(table: string, json: unknown): TableSchema | Fault {
  if (!isObject(json) || !isObject(json['columns'])) {
    return new Fault(`table ${quoted(table)} has no columns in the schema`);
  }
  const columns = new Map<string, ColumnSchema>();
  for (const [name, columnJson] of Object.entries(json['columns'])) {
    const column = isObject(columnJson) ? parseType(columnJson['type']) : null;
    if (column === null) {
      return new Fault(`the schema gives no known type to column ${quoted(name)} of ${table}`);
    }
    columns.set(name, column);
  }
  return { name: table, columns };
}

/** RFC 7047's <type>: the name of an atom, or an object. */
function parseType(json: unknown): ColumnSchema | null {
  if (typeof json === 'string') return parseType({ key: json });
  if (!isObject(json)) return null;
  const atom = parseBase(json['key']);
  const value = json['value'] === undefined ? undefined : parseBase(json['value']);
  if (atom === null || value === null) return null;
  const isRequired = (json['min'] ?? 1) !== 0;
  const hasSeveral = (json['max'] ?? 1) !== 1;
  if (value !== undefined) return { type: { kind: 'map', atom, value }, isRequired, hasSeveral };
  if (hasSeveral) return { type: { kind: 'set', atom }, isRequired, hasSeveral };
  return { type: { kind: isRequired ? 'scalar' : 'optional', atom }, isRequired, hasSeveral };
}

const ATOM_NAMES: readonly AtomName[] = ['integer', 'real', 'boolean', 'string', 'uuid'];

/** RFC 7047's <base-type>. Enumerations and ranges are the server's to enforce. */
function parseBase(json: unknown): AtomName | null {
  const name: unknown = isObject(json) ? json['type'] : json;
  return ATOM_NAMES.find((atom) => atom === name) ?? null;
}

/** Reads the reply to `list_dbs`. */
export function parseNames(json: unknown): readonly string[] | Fault {
  const isNames = isArray(json) && json.every((name) => typeof name === 'string');
  return isNames ? json : new Fault(`not a list of databases: ${quotedJson(json)}`);
}
