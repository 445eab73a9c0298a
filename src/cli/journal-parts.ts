import * as z from 'zod';

/** Some 30,000 years: the sum of two such times is still a date. */
const TIME_MAX_MS = 1e15;

/** Parts of a journal's lines, checked: the file may be of any origin. */
export const atMs = z.number().min(-TIME_MAX_MS).max(TIME_MAX_MS);

export const routeState = z.enum(['pending', 'announced', 'withdrawn', 'draining', 'held']);

export const observation = z.object({
  signal: z.string(),
  state: z.enum(['up', 'down', 'lost']),
  reason: z.string(),
  atMs,
  weightPercent: z.number().exactOptional(),
  latencyMs: z.number().exactOptional(),
  detail: z.string().exactOptional(),
});

export const drainPart = z.object({
  name: z.string(),
  reason: z.string(),
  owner: z.string(),
  onBehalfOf: z.string().exactOptional(),
  untilMs: atMs.nullable(),
  sinceMs: atMs,
});

export const attributes = z.object({
  nextHop: z.string(),
  med: z.number().nullable(),
  localPreference: z.number().nullable(),
  asPath: z.array(z.number()),
  communities: z.array(z.string()),
  largeCommunities: z.array(z.string()),
  extendedCommunities: z.array(z.string()),
});
