import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Notice } from '../model/notice.ts';
import type { UidOf } from '../platform/peer.ts';
import { failure, type HttpReply } from './reply.ts';
import type { Sessions } from './sessions.ts';
import { isSameToken, type WrongTokens } from './token.ts';

/** What a request that came by one listener must show. */
export interface AccessPolicy {
  /** The mode of its file decides who may open the unix socket: nothing else is asked there. */
  readonly kind: 'socket' | 'tcp';
  /** `null`: reading is free on loopback, and maintenance is not possible. */
  readonly token: string | null;
  /** This node, by the names a browser may know it. */
  readonly hosts: readonly string[];
}

/** Sessions and wrong tokens, shared by all listeners. */
export interface AuthState {
  readonly sessions: Sessions;
  readonly wrong: WrongTokens;
  readonly notify: (notice: Notice) => void;
  readonly uidOf: UidOf;
}

/** Why a request is refused for its host or origin, or `null`. */
export function refuseOrigin(request: IncomingMessage, access: AccessPolicy): HttpReply | null {
  const { host, origin } = request.headers;
  // DNS rebinding needs a name of the attacker's: an address or an own name is not one.
  if (access.kind === 'tcp' && !isOurHost(host ?? '', access.hosts)) {
    return failure(
      403,
      'forbidden_host',
      'the Host header is not an address or name of this node: use its address',
    );
  }
  const isOurs =
    origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  const site = request.headers['sec-fetch-site'];
  if (!isOurs || (isForApi(request) && (site === 'cross-site' || site === 'same-site'))) {
    return failure(403, 'forbidden_origin', 'requests from other origins are refused');
  }
  return null;
}

/** Why a request must show a token first, or `null`. */
export function refuseUnauthenticated(
  request: IncomingMessage,
  access: AccessPolicy,
  auth: AuthState,
): HttpReply | null {
  if (access.kind === 'socket' || access.token === null) return null;
  if (auth.sessions.has(request.headers.cookie)) return null;
  const given = /^Bearer +(\S+)$/iu.exec(request.headers.authorization ?? '')?.[1];
  return given === undefined
    ? failure(
        401,
        'unauthorized',
        'a token is required: send Authorization: Bearer …, or log in at /',
        {
          headers: { 'www-authenticate': 'Bearer realm="routevane"' },
        },
      )
    : refuseToken(given, access.token, remoteAddressOf(request), auth);
}

/**
 * Why this token is refused, or `null`. Wrong ones are counted by address, which many clients may
 * share: the right one is accepted whatever came before it.
 */
export function refuseToken(
  given: string,
  token: string,
  address: string,
  { wrong, notify }: AuthState,
): HttpReply | null {
  if (isSameToken(given, token)) return null;
  const blockedMs = wrong.blockedMs(address);
  if (blockedMs > 0) {
    return failure(429, 'too_many_requests', 'too many wrong tokens: try again later', {
      headers: { 'retry-after': String(Math.ceil(blockedMs / 1000)) },
    });
  }
  if (wrong.add(address)) {
    const message = `${address} sent a wrong token to the admin interface`;
    notify({ level: 'warn', event: 'admin_token_wrong', message });
  }
  return failure(401, 'unauthorized', 'the token is wrong');
}

export function remoteAddressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}

/** Names of this machine, in lower case; its addresses count, too. */
export function ourHosts(node: string): readonly string[] {
  return ['localhost', hostname(), node].map((name) => name.toLowerCase());
}

function isOurHost(header: string, hosts: readonly string[]): boolean {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/u.exec(header) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  return isIP(plain) === 4 || hosts.includes(plain.toLowerCase());
}

function isForApi(request: IncomingMessage): boolean {
  return request.url?.startsWith('/api/') ?? false;
}
