import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { describe, test, type TestContext } from 'node:test';
import type { ProbeAnswer } from '../../../src/sources/probes/prober.ts';
import { grpcProber } from '../../../src/sources/probes/grpc.ts';
import { HEALTH_CHECK_PATH, healthRequest } from '../../../src/protocol/grpc-health.ts';
import { freePort, portOf, tcpServer } from './fixtures.ts';
import { expired, grpcCheck, probeOnce } from './one-probe.ts';

type Handler = (stream: ServerHttp2Stream, question: Buffer, path: string) => void;

async function serving(t: TestContext, handler: Handler): Promise<number> {
  const server = createServer();
  server.on('session', (session) => {
    session.on('error', () => {});
    t.after(() => session.destroy());
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => handler(stream, Buffer.concat(chunks), String(headers[':path'])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return portOf(server);
}

/** Answers as a gRPC server does: headers, a message, trailers. */
function respond(stream: ServerHttp2Stream, message: readonly number[], status = '0'): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
  stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
}

const alone: Handler = (stream) =>
  stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true });
const late: Handler = (stream) => respond(stream, [8, 1], '14');
const http: Handler = (stream) => stream.respond({ ':status': 404 }, { endStream: true });

async function answerTo(t: TestContext, handler: Handler, service = ''): Promise<ProbeAnswer> {
  const port = await serving(t, handler);
  return probeOnce(t, grpcProber, { port, check: grpcCheck({ service }) });
}

const NONSENSE = { state: 'down', reason: 'the answer is not a gRPC health response' };

describe('grpc', () => {
  test('SERVING is up; the question names the service', async (t) => {
    const asked: unknown[] = [];
    const answer = await answerTo(
      t,
      (stream, question, path) => {
        asked.push(path, new Uint8Array(question));
        respond(stream, [8, 1]);
      },
      'shop.Cart',
    );
    assert.deepEqual(answer, { state: 'up', reason: '' });
    assert.deepEqual(asked, [HEALTH_CHECK_PATH, healthRequest('shop.Cart')]);
  });

  test('any other status is down by its name', async (t) => {
    assert.deepEqual(await answerTo(t, (stream) => respond(stream, [8, 2])), {
      state: 'down',
      reason: 'NOT_SERVING',
    });
    assert.deepEqual(await answerTo(t, (stream) => respond(stream, [])), {
      state: 'down',
      reason: 'UNKNOWN',
    });
  });

  test('an error of gRPC, in trailers or alone, and one of HTTP, are down', async (t) => {
    assert.deepEqual(await answerTo(t, alone), {
      state: 'down',
      reason: 'the server has no health service',
    });
    assert.deepEqual(await answerTo(t, late), { state: 'down', reason: 'unavailable' });
    assert.deepEqual(await answerTo(t, http), { state: 'down', reason: 'HTTP status 404' });
  });

  test('messages that are none, or too long, and a server of HTTP/1 are down', async (t) => {
    assert.deepEqual(await answerTo(t, (stream) => respond(stream, [9, 9, 9])), NONSENSE);
    assert.deepEqual(
      await answerTo(t, (stream) => {
        stream.respond({ ':status': 200 });
        stream.write('x'.repeat(5000));
      }),
      NONSENSE,
    );
    const old = await tcpServer(t, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    assert.deepEqual(
      await probeOnce(t, grpcProber, { port: old.port, check: grpcCheck() }),
      NONSENSE,
    );
  });

  test('refused, closed, silent', async (t) => {
    const port = await freePort();
    assert.deepEqual(await probeOnce(t, grpcProber, { port, check: grpcCheck() }), {
      state: 'down',
      reason: 'refused',
    });
    const closing = await tcpServer(t, (socket) => socket.once('data', () => socket.end()));
    assert.deepEqual(await probeOnce(t, grpcProber, { port: closing.port, check: grpcCheck() }), {
      state: 'down',
      reason: 'closed by peer',
    });
    const silent = await tcpServer(t);
    const asked = async (): Promise<void> => {
      const [socket] = await once(silent.server, 'connection');
      await once(socket, 'data');
    };
    const to = { port: silent.port, check: grpcCheck() };
    assert.deepEqual(await expired(t, grpcProber, to, asked), {
      state: 'down',
      reason: 'no answer within 500ms',
    });
  });
});
