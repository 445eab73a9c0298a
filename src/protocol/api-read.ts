import * as z from 'zod/mini';
import type { Sent } from './api.ts';

type Fitted<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

/**
 * Checks what a daemon sent, once, so that nothing after it has to. Keys that this version does
 * not know stay in the value: `--json` shows them.
 */
export function fitted<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
): Fitted<Sent<z.infer<Schema>>> {
  const problem = { at: '' };
  return fits(schema, value, problem)
    ? { ok: true, value }
    : {
        ok: false,
        message:
          `the answer of the daemon does not have the form that this version expects` +
          `${problem.at}: is the running daemon of another version?`,
      };
}

function fits<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  problem: { at: string },
): value is Sent<z.infer<Schema>> {
  const result = z.safeParse(schema, value);
  const [issue] = result.error?.issues ?? [];
  if (issue !== undefined && issue.path.length > 0) problem.at = ` (${issue.path.join('.')})`;
  return result.success;
}
