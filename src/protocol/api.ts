/**
 * The JSON of the admin API, defined once: each answer as a schema, and its type. The daemon
 * writes by the types, the commands check what they read with the schemas, the page is typed by
 * them, and `routevane schema --api` prints them. Messages of the stream are in api-events.ts.
 *
 * Names are in snake_case. A later version may add keys, so readers ignore those they do not
 * know; a key that is optional here may be missing in the answer of any version.
 */
import * as z from 'zod/mini';

/** A value as it was sent: nobody changes it. */
export type Sent<T> = T extends readonly (infer Element)[]
  ? readonly Sent<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Sent<T[Key]> }
    : T;

export const time = z.iso.datetime().check(z.meta({ id: 'Time', description: 'RFC 3339, UTC' }));
export const health = z.enum(['up', 'down', 'unknown']);
export const apiRouteState = z.enum(['pending', 'announced', 'withdrawn', 'draining', 'held']);
export const sinkState = z.enum(['connected', 'lost', 'off']);
export const observedState = z
  .enum(['up', 'down', 'lost'])
  .check(z.describe('lost: the observer failed, not what it observes'));
export const drainChange = z.enum(['begun', 'ended', 'expired']);
export const count = z.int().check(z.nonnegative());
export const latencyMs = z.nullable(z.number()).check(z.describe('milliseconds; null: not known'));
export const onBehalfOf = z
  .nullable(z.string())
  .check(z.describe('the name that the owner gave, where it is another one'));

const observationCause = z.object({
  kind: z.literal('observation'),
  signal: z.string().check(z.describe('a signal, or SERVICE/ADDRESS of a real server')),
  state: observedState,
  reason: z.string(),
  at: time,
  latency_ms: z.optional(z.number()),
  detail: z.optional(z.string().check(z.describe('what a plugin printed beside its state'))),
});

const drainCause = z.object({
  kind: z.literal('drain'),
  change: drainChange,
  name: z.string(),
  reason: z.string(),
  owner: z.string(),
  on_behalf_of: onBehalfOf,
  at: time,
});

const otherCause = z.object({
  kind: z.literal(['startup-timeout', 'budget', 'config', 'table', 'stop']),
  at: time,
});

export const cause = z
  .discriminatedUnion('kind', [observationCause, drainCause, otherCause])
  .check(z.meta({ id: 'Cause', description: 'The event at the root of a change.' }));

const drain = z
  .object({
    name: z
      .string()
      .check(z.describe('what was drained: a server may be drained with its service')),
    reason: z.string(),
    owner: z.string(),
    on_behalf_of: onBehalfOf,
    since: time,
    until: z.nullable(time).check(z.describe('null: until it is undrained')),
    done: z.boolean().check(z.describe('carries no traffic any more')),
    out: z.boolean().check(z.describe('takes no new connections; those that are left may go on')),
    progress: z.object({
      active_connections: z.nullable(count),
      deadline: z.nullable(time),
      unconfirmed_routes: count,
    }),
  })
  .check(z.meta({ id: 'Drain', description: 'Maintenance that somebody asked for.' }));

const loss = z
  .object({ since: time, reason: z.string(), until: time })
  .check(
    z.meta({ id: 'Loss', description: 'The observer is lost; the health is held until then.' }),
  );

const signal = z
  .object({
    name: z.string(),
    type: z.string(),
    state: health,
    reason: z.string(),
    since: time,
    flaps: count,
    lost: z.nullable(loss),
    flapping: z.boolean(),
    suppressed_until: z.nullable(time),
    drain: z.null().check(z.describe('signals cannot be drained')),
  })
  .check(z.meta({ id: 'Signal' }));

const realServer = z
  .object({
    address: z.string(),
    state: health,
    reason: z.string(),
    since: time,
    flaps: count,
    lost: z.nullable(loss),
    flapping: z.boolean(),
    weight: z
      .nullable(count)
      .check(z.describe('0 where it was removed from the IPVS table; null: not known')),
    removed: z
      .optional(z.literal(true))
      .check(z.describe('routevane took it out of the IPVS table, because it is down')),
    base_weight: z.nullable(count),
    in_table: z.nullable(z.boolean()).check(z.describe('null: not known, or without IPVS')),
    pooled: z.boolean(),
    active_connections: z.nullable(count),
    latency_ms: latencyMs,
    drain: z.nullable(drain),
  })
  .check(z.meta({ id: 'RealServer' }));

const service = z
  .object({
    name: z.string(),
    state: health,
    reason: z.string(),
    since: time,
    virtual: z.nullable(z.string()).check(z.describe('192.0.2.10:443/tcp; null: without IPVS')),
    capacity_pct: count,
    quorum: z.number(),
    drain: z.nullable(drain),
    real_servers: z.array(realServer),
  })
  .check(z.meta({ id: 'Service' }));

const route = z
  .object({
    prefix: z.string(),
    key: z.string().check(z.describe('the prefix, with path or neighbor where several share it')),
    state: apiRouteState,
    med: z.nullable(count),
    because: z.string(),
    since: time,
    confirmed: z.boolean().check(z.describe('ExaBGP confirmed the last command')),
    drain: z.nullable(drain),
  })
  .check(z.meta({ id: 'Route' }));

const sink = z
  .object({
    name: z.string(),
    state: sinkState,
    reason: z.string(),
    pending: count,
    rejected: count,
    peer_version: z.nullable(z.string()),
  })
  .check(z.meta({ id: 'Sink' }));

export const statusAnswer = z
  .object({
    node: z.string(),
    version: z.string(),
    uptime_s: z.number(),
    config_hash: z.string(),
    last_reload: z
      .nullable(z.object({ ok: z.boolean(), reason: z.string(), at: time }))
      .check(z.describe('the last reload (SIGHUP); null: none since the start')),
    drain: z.nullable(drain).check(z.describe('maintenance of the whole node')),
    signals: z.array(signal),
    services: z.array(service),
    routes: z.array(route),
    sinks: z.array(sink),
  })
  .check(z.meta({ id: 'Status', description: 'GET /api/v1/status' }));

const explainStep = z.object({
  kind: z.enum(['route', 'service', 'real_server', 'signal', 'rule', 'node']),
  name: z.string(),
  state: z.enum([...health.options, ...apiRouteState.options]),
  because: z.string(),
  since: z.nullable(time),
  cause: z.nullable(cause),
  counters: z.array(z.object({ label: z.string(), value: z.string() })),
  drain: z.nullable(drain),
  get parts() {
    return z.array(explainStep);
  },
});
// A statement of its own: the getter above needs the finished constant.
explainStep.register(z.globalRegistry, {
  id: 'ExplainStep',
  description: 'What it is, why, and what it follows from.',
});

export const explanation = z
  .object({ name: z.string(), at: time, chain: explainStep })
  .check(z.meta({ id: 'Explanation', description: 'GET /api/v1/explain/NAME' }));

export const drainAnswer = z
  .object({
    name: z.string().check(z.describe('the full name of what was asked for by a part of it')),
    drain: z.nullable(drain),
    kept: z
      .optional(z.boolean())
      .check(z.describe('of POST and DELETE: the change outlives a restart')),
  })
  .check(z.meta({ id: 'DrainAnswer', description: 'GET, POST, DELETE /api/v1/drain/NAME' }));

export const loginAnswer = z
  .object({ authenticated: z.boolean(), may_drain: z.optional(z.boolean()) })
  .check(z.meta({ id: 'Login', description: 'GET, POST, DELETE /api/v1/login' }));

export const healthz = z
  .object({ status: z.literal('ok') })
  .check(z.meta({ id: 'Healthz', description: 'GET /healthz' }));

export const failureAnswer = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      nearest: z.nullable(z.string()).check(z.describe('the known name that is most like it')),
    }),
  })
  .check(z.meta({ id: 'Error', description: 'Each refusal, with an HTTP status of 400 or more.' }));

export type ApiHealth = z.infer<typeof health>;
export type ApiCause = Sent<z.infer<typeof cause>>;
/** A cause as far as words need it; the log has its own time. */
export type ApiCauseFacts = FactsOf<ApiCause>;
type FactsOf<Cause> = Cause extends ApiCause ? Omit<Cause, 'at' | 'latency_ms' | 'detail'> : never;
export type ApiDrain = Sent<z.infer<typeof drain>>;
export type ApiLoss = Sent<z.infer<typeof loss>>;
export type ApiSignal = Sent<z.infer<typeof signal>>;
export type ApiRealServer = Sent<z.infer<typeof realServer>>;
export type ApiService = Sent<z.infer<typeof service>>;
export type ApiRoute = Sent<z.infer<typeof route>>;
export type ApiSink = Sent<z.infer<typeof sink>>;
export type ApiStatus = Sent<z.infer<typeof statusAnswer>>;
export type ApiExplainStep = Sent<z.infer<typeof explainStep>>;
export type ApiExplanation = Sent<z.infer<typeof explanation>>;
export type ApiDrainAnswer = Sent<z.infer<typeof drainAnswer>>;
export type ApiHealthz = Sent<z.infer<typeof healthz>>;
export type ApiLogin = Sent<z.infer<typeof loginAnswer>>;
export type ApiError = Sent<z.infer<typeof failureAnswer>>;
