import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { messageOf } from '../platform/error.ts';
import { FairPlaces } from '../platform/fair-places.ts';
import { peerOf } from '../platform/peer.ts';
import type { AdminContext } from './context.ts';
import { refuseOrigin, refuseUnauthenticated, type AccessPolicy, type AuthState } from './guard.ts';
import { failure, rawReply, send, type HttpReply } from './reply.ts';
import { answer, pathOf, STREAM_PATH } from './routes.ts';
import { StreamSlots } from './stream-slots.ts';

/** What the clients of one listener may take of the daemon. */
export interface ServerLimits {
  /** With short requests, or none yet: beyond it the peer with the most loses one. */
  readonly connections: number;
  /** Clients of the stream, which leave all slots for short requests free. */
  readonly streams: number;
  /** Until the head of a request is whole, from the connection's first moment on. */
  readonly headMs: number;
  /** Until a request is whole. */
  readonly requestMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Clients of the stream are pinged this often, and end where the last one was not answered. */
  readonly aliveMs: number;
  /** How often the first two are looked at. */
  readonly lookMs: number;
}

export const serverLimits: ServerLimits = {
  connections: 64,
  streams: 64,
  headMs: 5_000,
  requestMs: 10_000,
  idleMs: 30_000,
  aliveMs: 15_000,
  lookMs: 1_000,
};

const HEAD_MAX_BYTES = 8_192;

/** A client of the stream sends nothing. */
const MESSAGE_MAX_BYTES = 1_024;

/** One HTTP server of the API. Its owner closes it, with all its connections. */
export interface AdminServer {
  readonly server: Server;
  readonly close: () => void;
}

/** An HTTP server that does not listen yet. */
export function createAdminServer(
  access: AccessPolicy,
  auth: AuthState,
  api: AdminContext,
  limits: ServerLimits,
): AdminServer {
  const slots = new FairPlaces<Socket>(limits.connections);
  const streams = new StreamSlots(limits.streams);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX_BYTES,
    autoPong: false,
  });
  const server = createServer(
    {
      maxHeaderSize: HEAD_MAX_BYTES,
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.lookMs,
    },
    (request, response) => {
      slots.setBusy(request.socket, true);
      response.once('close', () => slots.setBusy(request.socket, false));
      void answered({ request, access, auth, api }).then((reply) =>
        send(response, reply, request.method !== 'HEAD'),
      );
    },
  );
  server.on('connection', (socket) => {
    socket.once('close', () => slots.delete(socket));
    slots.add(socket, peerOf(socket, auth.uidOf).key)?.destroy();
  });
  server.timeout = limits.idleMs;
  server.on('clientError', refuseGarbage);
  server.on('upgrade', (request, transport, head) => {
    transport.on('error', () => {});
    const refused =
      refuseUpgrade(request, access, auth) ??
      streams.enter(transport, peerOf(request.socket, auth.uidOf).key);
    if (refused !== null) {
      cutOff(transport, refused);
      return;
    }
    slots.delete(request.socket);
    request.socket.setTimeout(0);
    sockets.handleUpgrade(request, transport, head, (socket) => {
      streams.opened(transport, socket);
      void api.stream.join(socket, transport);
    });
  });
  return {
    server,
    close: () => {
      server.close();
      server.closeAllConnections();
      streams.close();
    },
  };
}

/** A bug in an answer is an answer too: the connection must not hang, nor the daemon end. */
async function answered(context: Parameters<typeof answer>[0]): Promise<HttpReply> {
  try {
    return await answer(context);
  } catch (error) {
    context.auth.notify({
      level: 'error',
      event: 'admin_bug',
      message: `a bug: ${messageOf(error)}`,
    });
    return failure(500, 'bug', 'internal error (a bug): see the log of the daemon');
  }
}

function refuseUpgrade(
  request: IncomingMessage,
  access: AccessPolicy,
  auth: AuthState,
): HttpReply | null {
  const refused = refuseOrigin(request, access) ?? refuseUnauthenticated(request, access, auth);
  if (refused !== null || pathOf(request) === STREAM_PATH) return refused;
  return failure(404, 'not_found', 'there is no WebSocket at this path');
}

/** What is no HTTP, too large a head, or too slow. */
function refuseGarbage(error: Error, transport: Duplex): void {
  const code = 'code' in error ? error.code : '';
  if (!transport.writable || code === 'ECONNRESET') return void transport.destroy();
  const reply =
    code === 'HPE_HEADER_OVERFLOW'
      ? failure(431, 'too_large', `the headers of a request are limited to ${HEAD_MAX_BYTES} bytes`)
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? failure(408, 'too_slow', 'the request took too long')
        : failure(400, 'bad_request', 'the request is not valid HTTP');
  cutOff(transport, reply);
}

/** Does not wait until the client closes, too: that may never happen, and connections are few. */
function cutOff(transport: Duplex, reply: HttpReply): void {
  transport.end(rawReply(reply, 'Refused'), () => transport.destroy());
}
