import type { Columns } from '../columns.ts';
import { Fault } from '../fault.ts';
import type { ColumnSchema, DatabaseSchema } from '../schema.ts';
import { emptyAtoms, type ColumnType, type Value } from '../values.ts';

/** How to decode and merge one column: the caller's view of it on the server's schema. */
export interface ColumnPlan {
  readonly name: string;
  readonly table: string;
  /** As the caller wants it. */
  readonly type: ColumnType;
  /** What it holds where the server leaves it out. */
  readonly initial: Value;
  readonly several: boolean;
}

export type Plan = ReadonlyMap<string, ColumnPlan>;

/** Joins the columns the caller asked for with the schema, or says what does not fit. */
export function planRows(
  schema: DatabaseSchema,
  tableName: string,
  columns: Columns,
): Plan | Fault {
  const table = schema.tables.get(tableName);
  if (table === undefined) return new Fault(`no table ${tableName} in ${schema.name}`);
  const plan = new Map<string, ColumnPlan>();
  for (const [name, { type }] of Object.entries(columns)) {
    const column = table.columns.get(name);
    if (column === undefined) return new Fault(`no column ${name} in table ${tableName}`);
    if (!fits(type, column.type)) {
      const is = words(column.type);
      return new Fault(`column ${name} of ${tableName} is ${is}, not ${words(type)}`);
    }
    const initial = initialValue(type, column);
    plan.set(name, { name, table: tableName, type, initial, several: column.several });
  }
  return plan;
}

/** A wider view fits: an optional one on a scalar, a set on both. */
function fits(wanted: ColumnType, actual: ColumnType): boolean {
  if (wanted.atom !== actual.atom) return false;
  switch (wanted.kind) {
    case 'map':
      return actual.kind === 'map' && actual.value === wanted.value;
    case 'set':
      return actual.kind !== 'map';
    case 'optional':
      return actual.kind === 'optional' || actual.kind === 'scalar';
    case 'scalar':
      return actual.kind === 'scalar';
    default:
      return wanted satisfies never;
  }
}

export function words(type: ColumnType): string {
  switch (type.kind) {
    case 'map':
      return `a map of ${type.atom} to ${type.value}`;
    case 'set':
      return `a set of ${type.atom}`;
    case 'optional':
      return `an optional ${type.atom}`;
    case 'scalar':
      return `one ${type.atom}`;
    default:
      return type satisfies never;
  }
}

function initialValue(type: ColumnType, { required }: ColumnSchema): Value {
  const atom = emptyAtoms[type.atom];
  switch (type.kind) {
    case 'map':
      return new Map(required ? [[atom, emptyAtoms[type.value]]] : []);
    case 'set':
      return required ? [atom] : [];
    case 'optional':
      return required ? atom : null;
    case 'scalar':
      return atom;
    default:
      return type satisfies never;
  }
}
