import * as z from 'zod';
import type { PastClock, PastEvent } from '../../model/past.ts';
import type { Cause } from '../../model/turn.ts';
import { atMs, attributes, drainPart, observation, routeState } from '../journal-parts.ts';
import { FORMAT } from '../../sinks/journal/record.ts';

/** A kind of cause that is missing here does not compile. */
const plainCauses = {
  'startup-timeout': 'startup-timeout',
  budget: 'budget',
  config: 'config',
  table: 'table',
  stop: 'stop',
} as const satisfies { readonly [K in Exclude<Cause['kind'], 'observation' | 'drain'>]: K };

const cause = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('observation'), observation }),
  z.object({
    kind: z.literal('drain'),
    change: z.enum(['begun', 'ended', 'expired']),
    drain: drainPart,
    atMs,
  }),
  z.object({ kind: z.enum(plainCauses), atMs }),
]);

const health = z.enum(['up', 'down', 'unknown']);
const record = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('health'),
    name: z.string(),
    from: health,
    to: health,
    reason: z.string(),
    atMs,
    cause,
  }),
  z.object({
    kind: z.literal('decision'),
    route: z.object({
      key: z.string(),
      prefix: z.string(),
      pathId: z.number().nullable(),
      neighbor: z.string().nullable(),
    }),
    from: routeState,
    to: routeState,
    attributes: attributes.nullable(),
    because: z.string(),
    atMs,
    cause,
  }),
  z.object({
    kind: z.literal('action'),
    sink: z.string(),
    action: z.enum(['announce', 'withdraw', 'weight', 'remove', 'add']),
    keys: z.array(z.string()),
    weight: z.number().exactOptional(),
    result: z.enum(['sent', 'confirmed', 'rejected', 'unanswered']),
    command: z.string(),
    cause,
    isRepeat: z.boolean().exactOptional(),
    atMs,
  }),
  z.object({
    kind: z.literal('control'),
    atMs,
    control: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('drain'), drain: drainPart }),
      z.object({ kind: z.literal('undrain'), name: z.string(), owner: z.string() }),
    ]),
  }),
]);

const head = z.object({ format: z.literal(FORMAT), atMs, wallMs: atMs });

export type PastRecord =
  | Exclude<PastEvent, { readonly kind: 'drain' }>
  | Extract<z.infer<typeof record>, { kind: 'control' }>;

/** The clocks of a process, of the first line that it wrote; `null`: this format is not ours. */
export function parseHead(value: unknown): PastClock | null {
  const result = head.safeParse(value);
  return result.success ? result.data : null;
}

/** `undefined`: no JSON. */
export function recordedValue(line: Buffer | string): unknown {
  try {
    const value: unknown = JSON.parse(line.toString());
    return value;
  } catch {
    return undefined;
  }
}

/** One line that the last hour shows; `null`: it is not as it should be. */
export function parsePast(value: unknown): PastRecord | null {
  const result = record.safeParse(value);
  if (!result.success) return null;
  const { data } = result;
  switch (data.kind) {
    case 'health':
      return { kind: 'health', change: data };
    case 'decision':
      return { kind: 'decision', decision: data };
    case 'action':
      return { kind: 'action', report: data };
    case 'control':
      return data;
    default:
      return data satisfies never;
  }
}
