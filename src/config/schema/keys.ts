import type * as z from 'zod';

/**
 * What a person needs to know about a key: docs/configuration.md and the JSON Schema show it.
 * `title` of a value's schema names its type there.
 */
interface KeyNotes {
  readonly description: string;
  /** Values that can stand there, best first. */
  readonly examples: readonly [unknown, ...unknown[]];
}

/** What applies where the key is left out: a value, or words where no single value says it. */
type WhenLeftOut = { readonly default: unknown } | { readonly unset: string };

/** A key that the file may leave out. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  notes: KeyNotes & WhenLeftOut,
): z.ZodOptional<Schema> {
  return schema.optional().meta({ ...notes });
}

/** A key that the file must have. */
export function requiredKey<Schema extends z.ZodType>(schema: Schema, notes: KeyNotes): Schema {
  return schema.meta({ ...notes });
}
