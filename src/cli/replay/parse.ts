import * as z from 'zod';
import { checkpoint } from '../../protocol/checkpoint.ts';
import { atMs, attributes, drainPart, observation, routeState } from '../journal-parts.ts';
import { FORMAT } from '../../sinks/journal/record.ts';

/** What of a journal a replay needs. */
const key = z.string();
const weight = z.union([z.number(), z.literal('removed')]);

const base = z.object({
  weight: z.number(),
  isDrained: z.boolean(),
  isServing: z.boolean().optional(),
});

function changeOf<T extends z.ZodType>(value: T) {
  return z.object({ set: z.array(z.tuple([key, value])), gone: z.array(key) });
}

const control = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('config'), hash: z.string() }),
  z.object({ kind: z.literal('resume'), checkpoint }),
  z.object({ kind: z.literal('adopted'), keys: z.array(key) }),
  z.object({ kind: z.literal('sent'), keys: z.array(key) }),
  z.object({ kind: z.literal('table'), bases: changeOf(base), missing: z.array(key) }),
  z.object({ kind: z.literal('weights'), weights: z.array(z.tuple([key, weight])) }),
  z.object({ kind: z.literal('ipvs'), state: z.enum(['connected', 'lost', 'off']) }),
  z.object({ kind: z.literal('connections'), active: changeOf(z.number()) }),
  z.object({ kind: z.literal('drain'), drain: drainPart }),
  z.object({ kind: z.literal('undrain'), name: z.string(), owner: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);

const head = {
  format: z.literal(FORMAT, { error: `the journal is not of format ${FORMAT}` }),
  atMs,
  wallMs: atMs,
  node: z.string(),
  version: z.string(),
  config: z.string(),
};

const record = z.discriminatedUnion('kind', [
  observation.extend({ kind: z.literal('observation') }),
  z.object({ kind: z.literal('turn'), atMs }),
  z.object({ kind: z.literal('control'), atMs, control }),
  z.object({
    kind: z.literal('decision'),
    atMs,
    route: z.object({ key }),
    to: routeState,
    attributes: attributes.nullable(),
    because: z.string(),
  }),
  z.object({ kind: z.literal('weight'), atMs, server: key, to: weight, because: z.string() }),
  z.object({ kind: z.literal('start'), ...head }),
  z.object({ kind: z.literal('rotated'), ...head }),
  observation.extend({ kind: z.literal('known') }),
  z.object({ kind: z.literal('continued'), atMs }),
  z.object({ kind: z.literal('dropped'), records: z.number() }),
  // They follow from the other records, and are written for human readers only.
  z.object({ kind: z.literal('health') }),
  z.object({ kind: z.literal('action') }),
]);

export type ReadRecord = z.infer<typeof record>;
export type ReadControl = z.infer<typeof control>;

/** Half of all lines, as the journal writes them: a million of these take half a second by JSON. */
const TURN_LINE = /^\{"kind":"turn","atMs":((?:0|[1-9]\d{0,14})(?:\.\d{1,20})?)\}$/u;

/** One line as a record, or what is wrong with it. */
export function parseRecord(text: string): ReadRecord | { readonly problem: string } {
  const turnMs = TURN_LINE.exec(text)?.[1];
  if (turnMs !== undefined) return { kind: 'turn', atMs: Number(turnMs) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'not a complete line of JSON' };
  }
  const result = record.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  return { problem: `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not a record'}` };
}
