import { Fault } from '../fault.ts';
import { isObject } from '../json.ts';
import { quotedJson } from '../text.ts';
import { isUuid, type Uuid } from '../values.ts';

/** What a notification does to one row, whichever dialect it came in; `json` is still unread. */
export type Edit =
  | { readonly kind: 'whole'; readonly uuid: Uuid; readonly json: unknown }
  | { readonly kind: 'patch'; readonly uuid: Uuid; readonly json: unknown }
  | { readonly kind: 'delete'; readonly uuid: Uuid };

/** `update` has full rows (RFC 7047, section 4.1.6); `update2` and `update3` have differences. */
export type Dialect = 'rows' | 'differences';

/** Reads the part of a <table-updates> that is about `table`. */
export function readEdits(dialect: Dialect, table: string, json: unknown): readonly Edit[] | Fault {
  if (!isObject(json)) return new Fault(`not table updates: ${quotedJson(json)}`);
  const rows = json[table] ?? {};
  if (!isObject(rows)) return new Fault(`not updates of table ${table}: ${quotedJson(rows)}`);
  const edits: Edit[] = [];
  for (const [uuid, rowJson] of Object.entries(rows)) {
    const edit = isUuid(uuid) && isObject(rowJson) ? readEdit(dialect, uuid, rowJson) : null;
    if (edit === null) {
      return new Fault(`not an update of a row of ${table}: ${quotedJson({ [uuid]: rowJson })}`);
    }
    edits.push(edit);
  }
  return edits;
}

function readEdit(
  dialect: Dialect,
  uuid: Uuid,
  update: Readonly<Record<string, unknown>>,
): Edit | null {
  switch (dialect) {
    case 'rows': {
      if (update['new'] !== undefined) return { kind: 'whole', uuid, json: update['new'] };
      return update['old'] === undefined ? null : { kind: 'delete', uuid };
    }
    case 'differences': {
      const whole = update['initial'] ?? update['insert'];
      if (whole !== undefined) return { kind: 'whole', uuid, json: whole };
      if (update['modify'] !== undefined) return { kind: 'patch', uuid, json: update['modify'] };
      // `{"delete": null}`
      return 'delete' in update ? { kind: 'delete', uuid } : null;
    }
    default:
      return dialect satisfies never;
  }
}
