import type { IncomingMessage } from 'node:http';
import type { View } from '../model/view.ts';
import { readBody } from './body.ts';
import type { ApiExplanation, ApiHealthz, ApiLogin } from '../protocol/api.ts';
import type { AdminContext, RequestContext } from './context.ts';
import { changeDrain, showDrain } from './drain-routes.ts';
import {
  remoteAddressOf,
  refuseOrigin,
  refuseUnauthenticated,
  refuseToken,
  type AccessPolicy,
  type AuthState,
} from './guard.ts';
import { findName } from './names.ts';
import { failure, json, jsonText, type HttpReply } from './reply.ts';
import { explanationJson } from './wire.ts';

/** Longer than the longest name, percent-encoded. */
const PATH_MAX_CHARS = 2048;

const API = '/api/v1/';
export const STREAM_PATH = `${API}stream`;

/** The whole API: who asks from where comes first, then what is asked. */
export async function answer(context: RequestContext): Promise<HttpReply> {
  const { request, access, auth, api } = context;
  const refused = refuseOrigin(request, access);
  if (refused !== null) return refused;
  const path = pathOf(request);
  if (path === null) return failure(400, 'bad_request', 'this path cannot be read');
  switch (path) {
    case '/healthz':
      return only(request, ['GET'], () => healthz(api));
    case `${API}login`:
      return only(request, ['GET', 'POST', 'DELETE'], async () => login(context));
    default: {
      const page = api.deps.pages.get(path);
      if (page !== undefined) return only(request, ['GET'], () => ({ status: 200, ...page }));
      return refuseUnauthenticated(request, access, auth) ?? guarded(path, context);
    }
  }
}

/** What needs the token, where there is one. */
async function guarded(path: string, context: RequestContext): Promise<HttpReply> {
  const { request, api } = context;
  switch (path) {
    case `${API}status`:
      return only(request, ['GET'], async () => {
        const status = await api.status.get();
        return status === null ? starting() : jsonText(status.status);
      });
    case `${API}history`:
      return only(request, ['GET'], async () => {
        await api.past.whole();
        return jsonText(api.history.json(api.clock.nowMs()));
      });
    case '/metrics':
      return only(request, ['GET'], async () => metrics(api));
    case STREAM_PATH:
      return failure(426, 'upgrade_required', 'this path is a WebSocket: send an upgrade request', {
        headers: { upgrade: 'websocket' },
      });
    default:
      return named(path, context);
  }
}

/** `…/explain/NAME` and `…/drain/NAME`, where a name may hold slashes. */
async function named(path: string, context: RequestContext): Promise<HttpReply> {
  const { request, api } = context;
  const [, verb, given = ''] = /^\/api\/v1\/(explain|drain)\/(.+)$/su.exec(path) ?? [];
  if (verb === undefined) return failure(404, 'not_found', 'no such path');
  return only(request, verb === 'explain' ? ['GET'] : ['GET', 'POST', 'DELETE'], async () => {
    const view = api.inspect();
    if (view === null) return starting();
    // What is in maintenance can be taken out of it even if the configuration has lost it.
    const names =
      request.method === 'DELETE' ? [...view.names(), ...api.drains.names()] : view.names();
    const found = findName(given, [...new Set(names)], api.deps.nearest);
    if (found.kind === 'unknown') {
      const { nearest } = found;
      return failure(
        404,
        'unknown_name',
        'no signal, service, real server or route has this name',
        { nearest },
      );
    }
    if (found.kind === 'ambiguous') {
      return failure(409, 'ambiguous_name', `this may be ${found.candidates.join(' or ')}`);
    }
    if (verb === 'explain') return explain(found.name, view, api);
    if (request.method === 'GET' || request.method === 'HEAD')
      return showDrain(found.name, view, api);
    return changeDrain(context, found.name, view);
  });
}

function explain(name: string, view: View, { clock }: AdminContext): HttpReply {
  const chain = view.explain(name);
  if (chain === null) return failure(404, 'unknown_name', 'nothing has this name');
  const explained = { name, at: clock.text(view.atMs), chain: explanationJson(chain, clock) };
  return json(explained satisfies ApiExplanation);
}

function healthz(api: AdminContext): HttpReply {
  return api.inspect() === null ? starting() : json({ status: 'ok' } satisfies ApiHealthz);
}

async function metrics(api: AdminContext): Promise<HttpReply> {
  if (api.deps.metrics === null) return failure(404, 'not_found', 'metrics are not available here');
  const page = await api.metrics.get();
  return page === null ? starting() : { status: 200, ...page };
}

/** What the page may do, and the token for a cookie. */
async function login({ request, access, auth }: RequestContext): Promise<HttpReply> {
  const isLoggedIn = isAuthenticated(request, access, auth);
  if (request.method === 'GET' || request.method === 'HEAD') {
    return json({
      authenticated: isLoggedIn,
      may_drain: isLoggedIn && (access.kind === 'socket' || access.token !== null),
    } satisfies ApiLogin);
  }
  if (request.method === 'DELETE') {
    return withCookie(
      json({ authenticated: false } satisfies ApiLogin),
      auth.sessions.close(request.headers.cookie),
    );
  }
  const body = await readBody(request);
  if (!body.ok) return body.reply;
  if (access.token === null) return failure(404, 'not_found', 'there is no token to log in with');
  const refused = refuseToken(tokenOf(body.text), access.token, remoteAddressOf(request), auth);
  return (
    refused ?? withCookie(json({ authenticated: true } satisfies ApiLogin), auth.sessions.open())
  );
}

function isAuthenticated(request: IncomingMessage, access: AccessPolicy, auth: AuthState): boolean {
  const hasToken = request.headers.authorization !== undefined;
  if (access.kind === 'socket' || access.token === null) return true;
  return (
    auth.sessions.has(request.headers.cookie) ||
    (hasToken && refuseUnauthenticated(request, access, auth) === null)
  );
}

/** From a form, or from JSON. */
function tokenOf(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null;
    return isObject && 'token' in value && typeof value.token === 'string' ? value.token : '';
  } catch {
    return new URLSearchParams(body).get('token') ?? '';
  }
}

function withCookie(reply: HttpReply, cookie: string): HttpReply {
  return { ...reply, headers: { 'set-cookie': cookie } };
}

async function only(
  { method = '' }: IncomingMessage,
  methods: readonly string[],
  then: () => HttpReply | Promise<HttpReply>,
): Promise<HttpReply> {
  if (methods.includes(method === 'HEAD' ? 'GET' : method)) return then();
  const allow = methods.join(', ');
  return failure(405, 'bad_method', `this path takes ${allow}`, { headers: { allow } });
}

function starting(): HttpReply {
  return failure(503, 'starting', 'the daemon is starting or stopping: try again');
}

/** Decoded, without the query; `null` where it cannot be. */
export function pathOf({ url = '' }: IncomingMessage): string | null {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/') || path.length > PATH_MAX_CHARS) return null;
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
