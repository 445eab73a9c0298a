/** The messages of the stream (`/api/v1/stream`), and the last hour of them. */
import * as z from 'zod/mini';
import {
  cause,
  count,
  drainChange,
  health,
  latencyMs,
  observedState,
  onBehalfOf,
  apiRouteState,
  sinkState,
  statusAnswer,
  time,
  type Sent,
} from './api.ts';

/** Numbers rise by one; those of earlier processes, in the history, are negative. */
const numbered = { seq: z.int(), at: time };

const snapshot = z
  .object({ type: z.literal('snapshot'), ...numbered, ...statusAnswer.shape })
  .check(z.meta({ id: 'Snapshot', description: 'The first message of the stream.' }));

const observation = z.object({
  type: z.literal('observation'),
  ...numbered,
  signal: z.string(),
  state: observedState,
  reason: z.string(),
  latency_ms: latencyMs,
});

const healthEvent = z.object({
  type: z.literal('health'),
  ...numbered,
  name: z.string().check(z.describe('a signal, a service, or SERVICE/ADDRESS of a real server')),
  from: health,
  to: health,
  reason: z.string(),
  cause,
});

const decision = z.object({
  type: z.literal('decision'),
  ...numbered,
  route: z.string().check(z.describe('the key of the route')),
  prefix: z.string(),
  from: apiRouteState,
  to: apiRouteState,
  med: z.nullable(count),
  because: z.string(),
  cause,
});

const weight = z.object({
  type: z.literal('weight'),
  ...numbered,
  server: z.string(),
  service: z.string(),
  from: z.nullable(count).check(z.describe('0 where it was removed; null: none was decided')),
  to: count,
  removed: z
    .optional(z.literal(true))
    .check(z.describe('taken out of the IPVS table; `to` is 0 then, as `weight` in the status')),
  because: z.string(),
  cause,
});

const action = z.object({
  type: z.literal('action'),
  ...numbered,
  sink: z.string(),
  action: z.enum(['announce', 'withdraw', 'weight', 'remove', 'add']),
  keys: z.array(z.string()).check(z.describe('routes or real servers: at most the first 20')),
  count: count.check(z.describe('how many there are')),
  result: z.enum(['sent', 'confirmed', 'rejected', 'unanswered']),
  weight: z.optional(count),
  command: z.string(),
  reaction_ms: z
    .nullable(z.number())
    .check(z.describe('from the observation to this action; null: caused by something else')),
  cause,
});

const sink = z.object({
  type: z.literal('sink'),
  ...numbered,
  sink: z.string(),
  state: sinkState,
  peer_version: z.nullable(z.string()),
  reason: z.string(),
});

const drain = z.object({
  type: z.literal('drain'),
  ...numbered,
  change: drainChange,
  name: z.string(),
  reason: z.string(),
  owner: z.string(),
  on_behalf_of: onBehalfOf,
  by: z.string().check(z.describe('who began or ended it')),
  until: z.nullable(time),
});

const notice = z.object({
  type: z.literal('notice'),
  ...numbered,
  level: z.enum(['info', 'warn', 'error']),
  event: z.string().check(z.describe('a stable name, as in config/log-events.md')),
  message: z.string(),
  sink: z.nullable(z.string()),
  fields: z
    .optional(z.record(z.string(), z.unknown()))
    .check(z.describe('plain data that belongs to this event')),
});

const skipped = z.object({
  type: z.literal('skipped'),
  ...numbered,
  count: count.check(z.describe('events that came too fast to be sent')),
});

const event = z
  .discriminatedUnion('type', [
    observation,
    healthEvent,
    decision,
    weight,
    action,
    sink,
    drain,
    notice,
    skipped,
  ])
  .check(z.meta({ id: 'Event', description: 'What follows the snapshot on the stream.' }));

export const streamMessage = z
  .union([snapshot, event])
  .check(z.meta({ id: 'StreamMessage', description: 'WebSocket /api/v1/stream' }));

export const historyAnswer = z
  .object({ transitions: z.array(event), actions: z.array(event) })
  .check(
    z.meta({ id: 'History', description: 'GET /api/v1/history: the last hour, oldest first.' }),
  );

export type ApiSnapshot = Sent<z.infer<typeof snapshot>>;
export type ApiEvent = Sent<z.infer<typeof event>>;
export type ApiStreamMessage = Sent<z.infer<typeof streamMessage>>;
export type ApiHistory = Sent<z.infer<typeof historyAnswer>>;
