import * as z from 'zod';
import type { Checkpoint } from '../model/checkpoint.ts';

/** A reason or a name that is longer is none. */
const TEXT_MAX_CHARS = 4096;

/** Some 30,000 years: the sum of two such times is still a date. */
const TIME_MAX_MS = 1e15;

const text = z.string().max(TEXT_MAX_CHARS);
/** It ends up in logs and on terminals. */
const reason = text.transform((line) => line.replaceAll(/\p{Cc}/gu, '?'));
const timeMs = z.number().min(-TIME_MAX_MS).max(TIME_MAX_MS);
const count = z.number().int().min(0);
const health = z.enum(['up', 'down', 'unknown']);

/** What is read from disk, checked: the file may be of any origin. */
export const checkpoint = z.object({
  targets: z.array(
    z.object({
      key: text,
      health,
      sinceMs: timeMs,
      cause: z.object({ reason, atMs: timeMs }).exactOptional(),
      pending: z.object({ to: z.enum(['up', 'down']), sinceMs: timeMs }).exactOptional(),
      wasUp: z.boolean().exactOptional(),
      falls: count.exactOptional(),
      flaps: z
        .object({
          penalty: z.number().positive(),
          atMs: timeMs,
          falls: count,
          suppressed: z.boolean(),
        })
        .exactOptional(),
      percent: z.number().min(0).max(100).exactOptional(),
      isDepooled: z.boolean().exactOptional(),
      slowFromMs: timeMs.exactOptional(),
    }),
  ),
  pools: z.array(z.object({ name: text, health, sinceMs: timeMs, wasUp: z.boolean() })),
  routes: z.array(
    z.object({
      key: text,
      state: z.enum(['pending', 'announced', 'withdrawn', 'draining', 'held']),
      sinceMs: timeMs,
      isInPlace: z.boolean(),
    }),
  ),
  withdrawnAtMs: z.array(timeMs),
});

/** The whole file. With `offsetMs` its times are milliseconds since the machine booted. */
const file = z.object({
  format: z.literal(1, { error: 'it is of another format' }),
  boot: z.string(),
  aliveMs: timeMs,
  offsetMs: timeMs,
  checkpoint,
});

export interface KeptCheckpoint {
  /** The boot that its times count from. */
  readonly boot: string;
  /** When its process was alive for certain, since the boot. */
  readonly aliveMs: number;
  /** What the times of the checkpoint lack to be such, too. */
  readonly offsetMs: number;
  readonly checkpoint: Checkpoint;
}

/** Throws an error whose message names the problem. */
export function parseCheckpoint(source: string): KeptCheckpoint {
  const value: unknown = JSON.parse(source);
  const result = file.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no checkpoint'}`);
}

/** `body` is the checkpoint as JSON, which stays the same while nothing happens. */
export function formatCheckpoint(
  { boot, aliveMs, offsetMs }: Omit<KeptCheckpoint, 'checkpoint'>,
  body: string,
): string {
  const head = JSON.stringify({ format: 1, boot, aliveMs, offsetMs });
  return `${head.slice(0, -1)},"checkpoint":${body}}\n`;
}

/** The same by a clock that shows `byMs` more. */
export function shiftCheckpoint(from: Checkpoint, byMs: number): Checkpoint {
  return {
    targets: from.targets.map(({ sinceMs, cause, pending, flaps, slowFromMs, ...rest }) => ({
      ...rest,
      sinceMs: sinceMs + byMs,
      ...(cause === undefined ? {} : { cause: { ...cause, atMs: cause.atMs + byMs } }),
      ...(pending === undefined
        ? {}
        : { pending: { ...pending, sinceMs: pending.sinceMs + byMs } }),
      ...(flaps === undefined ? {} : { flaps: { ...flaps, atMs: flaps.atMs + byMs } }),
      ...(slowFromMs === undefined ? {} : { slowFromMs: slowFromMs + byMs }),
    })),
    pools: from.pools.map((pool) => ({ ...pool, sinceMs: pool.sinceMs + byMs })),
    routes: from.routes.map((route) => ({ ...route, sinceMs: route.sinceMs + byMs })),
    withdrawnAtMs: from.withdrawnAtMs.map((atMs) => atMs + byMs),
  };
}

/**
 * What of it holds however long ago its process ended: the penalties and the budget, which have
 * times of their own.
 */
export function lastingPart({ targets, withdrawnAtMs }: Checkpoint): Checkpoint {
  const flapped = targets.flatMap(({ key, sinceMs, flaps, falls }) =>
    flaps === undefined
      ? []
      : [
          {
            key,
            health: 'unknown' as const,
            sinceMs,
            flaps,
            ...(falls === undefined ? {} : { falls }),
          },
        ],
  );
  return { targets: flapped, pools: [], routes: [], withdrawnAtMs };
}
