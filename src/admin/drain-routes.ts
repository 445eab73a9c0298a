import { ownerText, type Drain } from '../model/drain.ts';
import type { DrainView, View } from '../model/view.ts';
import { readBody } from './body.ts';
import { needsForce, parseDrainRequest } from './drain-request.ts';
import type { AdminContext, RequestContext } from './context.ts';
import { callerOf, ownershipOf, type Caller } from './caller.ts';
import { DRAINS_MAX } from './maintenance-file.ts';
import type { ApiDrain, ApiDrainAnswer } from '../protocol/api.ts';
import { failure, json, type HttpReply } from './reply.ts';
import { awaitedByDrain, drainJson } from './wire.ts';

/** `GET`: the maintenance of a name as it is, for whoever waits for its end. */
export function showDrain(name: string, view: View, api: AdminContext): HttpReply {
  return json({ name, drain: shownDrain(name, view, api) } satisfies ApiDrainAnswer);
}

/** `POST` and `DELETE`, by those who may. */
export async function changeDrain(
  { request, access, auth, api }: RequestContext,
  name: string,
  view: View,
): Promise<HttpReply> {
  if (access.kind === 'tcp' && access.token === null) {
    return failure(403, 'read_only', 'maintenance needs the unix socket, or a token_file');
  }
  // Other pages can send forms; JSON they would have to ask for first, and be refused.
  const { 'content-type': type = '' } = request.headers;
  if (access.kind === 'tcp' && !type.startsWith('application/json')) {
    return failure(415, 'bad_request', 'expected content-type: application/json');
  }
  // Before the body, which the connection may not outlive.
  const by = callerOf(request, access, auth);
  const body = await readBody(request);
  if (!body.ok) return body.reply;
  return request.method === 'DELETE'
    ? end(name, body.text, by, view, api)
    : begin(name, body.text, by, view, api);
}

async function begin(
  name: string,
  body: string,
  by: Caller,
  view: View,
  api: AdminContext,
): Promise<HttpReply> {
  const { clock, drains } = api;
  const asked = parseDrainRequest(body, clock);
  if (!asked.ok) return failure(400, 'bad_request', asked.message);
  const { reason, untilMs, isForced } = asked.value;
  if (view.signals().some((signal) => signal.name === name)) {
    const message = `${name} is a signal: routes, services, real servers and the node can be drained`;
    return failure(400, 'not_drainable', message);
  }
  if (drains.size() >= DRAINS_MAX && drains.get(name) === null) {
    return failure(409, 'too_many_drains', `at most ${DRAINS_MAX} drains are kept`);
  }
  const force = isForced ? null : needsForce(name, view, api.config());
  if (force !== null) return failure(409, 'needs_force', `${force}: use --force to drain ${name}`);
  const ownership = ownershipOf(by, asked.value.owner);
  const drain: Drain = { name, reason, ...ownership, untilMs, sinceMs: clock.nowMs() };
  api.send({ kind: 'drain', drain });
  api.reportDrainChange('begun', drain, ownerText(ownership));
  const isKept = await drains.begin(drain);
  const now = api.inspect();
  const shown = now === null ? null : shownDrain(name, now, api);
  const state = shown ?? drainJson(asJustBegun(drain), clock);
  return json({ name, drain: state, kept: isKept } satisfies ApiDrainAnswer);
}

async function end(
  name: string,
  body: string,
  by: Caller,
  view: View,
  api: AdminContext,
): Promise<HttpReply> {
  const { clock, drains } = api;
  const asked = parseDrainRequest(body, clock);
  if (!asked.ok) return failure(400, 'bad_request', asked.message);
  const drain = drains.get(name);
  if (drain === null) return failure(404, 'not_drained', notDrained(name, view));
  const owner = ownerText(ownershipOf(by, asked.value.owner));
  api.send({ kind: 'undrain', name, owner });
  api.reportDrainChange('ended', drain, owner);
  const isKept = await drains.end(name);
  return json({ name, drain: null, kept: isKept } satisfies ApiDrainAnswer);
}

/** A server may be out of service because its service is: then only that one can be ended. */
function notDrained(name: string, view: View): string {
  const whole = drainOf(name, view)?.drain.name;
  return whole === undefined
    ? `${name} is not in maintenance`
    : `${name} is in maintenance with ${whole}: undrain ${whole}`;
}

function shownDrain(name: string, view: View, { clock, liveState }: AdminContext): ApiDrain | null {
  const awaited = awaitedByDrain(view.routes(), (key) => liveState.isAwaited(key));
  return drainJson(drainOf(name, view), clock, awaited);
}

function drainOf(name: string, view: View): DrainView | null {
  if (name === 'node') return view.nodeDrain();
  for (const { route, drain } of view.routes()) if (route.key === name) return drain;
  for (const service of view.services()) {
    if (service.name === name) return service.drain;
    if (!name.startsWith(`${service.name}/`)) continue;
    const server = service.realServers.find(({ key }) => key === name);
    if (server !== undefined) return server.drain;
  }
  return null;
}

function asJustBegun(drain: Drain): DrainView {
  return { drain, isDone: false, isOut: false, activeConnections: null, deadlineMs: null };
}
