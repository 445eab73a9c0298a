import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import type { HttpCheck } from '../../../src/model/check.ts';
import { ANSWER_MAX_BYTES } from '../../../src/sources/probes/expect.ts';
import { httpProber } from '../../../src/sources/probes/http.ts';
import type { ProbeAnswer } from '../../../src/sources/probes/prober.ts';
import { freePort, portOf, tcpServer } from './fixtures.ts';
import { expired, httpCheck, probeOnce } from './one-probe.ts';

async function serving(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

async function answerOf(
  t: TestContext,
  listener: RequestListener,
  some: Partial<HttpCheck> = {},
): Promise<ProbeAnswer> {
  const port = await serving(t, listener);
  return probeOnce(t, httpProber, { port, check: httpCheck(some) });
}

/** What a server means that writes this, whatever it was asked. */
async function afterBytes(t: TestContext, bytes: string, some: Partial<HttpCheck> = {}) {
  const { port } = await tcpServer(t, (socket) => socket.once('data', () => socket.end(bytes)));
  return probeOnce(t, httpProber, { port, check: httpCheck(some) });
}

const silent = (): never => assert.fail('answered');

const echoHost: RequestListener = ({ headers }, response) => {
  response.end(`for ${headers.host}`);
};

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code, code === 302 ? { location: '/elsewhere' } : {}).end();

const pieces: RequestListener = (_, response) => {
  response.write('all sys');
  setImmediate(() => response.end('tems größe'));
};

const UP = { state: 'up', reason: '' };

describe('http', () => {
  test('asks for the path on a connection of its own, and closes it by reset', async (t) => {
    const { port, server } = await tcpServer(t);
    const asked = new Promise<string>((resolve) => {
      server.once('connection', (socket) => {
        socket.once('data', (bytes) => {
          resolve(String(bytes));
          socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        });
      });
    });
    const reset = new Promise((resolve) => {
      server.once('connection', (socket) => socket.on('error', resolve));
    });
    const check = httpCheck({ path: '/healthz?full=1' });
    assert.deepEqual(await probeOnce(t, httpProber, { port, check }), UP);
    assert.deepEqual((await asked).split('\r\n'), [
      'GET /healthz?full=1 HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'user-agent: routevane',
      'accept: */*',
      'connection: close',
      '',
      '',
    ]);
    assert.match(String(await reset), /ECONNRESET/);
  });

  test('sends the host of the check', async (t) => {
    const some = { host: 'www.example.net', body: /^for www\.example\.net$/ };
    assert.deepEqual(await answerOf(t, echoHost, some), UP);
  });

  test('statuses: from 200 to 399, or as the check says', async (t) => {
    assert.deepEqual(await answerOf(t, status(302)), UP);
    assert.deepEqual(await answerOf(t, status(503)), { state: 'down', reason: 'status 503' });
    const only = { statusFrom: 401, statusTo: 401 };
    assert.deepEqual(await answerOf(t, status(401), only), UP);
    assert.deepEqual(await answerOf(t, status(200), only), { state: 'down', reason: 'status 200' });
  });

  test('the body must match, in however many pieces it comes', async (t) => {
    assert.deepEqual(await answerOf(t, pieces, { body: /systems gr.ße$/u }), UP);
    assert.deepEqual(await answerOf(t, pieces, { body: /nominal/ }), {
      state: 'down',
      reason: 'the body does not match /nominal/',
    });
  });

  test('without a pattern the body is not waited for, with one it is cut at 64 KiB', async (t) => {
    // No length, and no end either: the server keeps the connection open.
    const { port } = await tcpServer(t, (socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(1 << 20)}`));
    });
    assert.deepEqual(await probeOnce(t, httpProber, { port, check: httpCheck() }), UP);
    const all = new RegExp(`^a{${ANSWER_MAX_BYTES}}$`);
    assert.deepEqual(await probeOnce(t, httpProber, { port, check: httpCheck({ body: all }) }), UP);
  });
});

describe('http servers that misbehave', () => {
  test('refusing, closing without a word, resetting, or within the body', async (t) => {
    const port = await freePort();
    const refused = await probeOnce(t, httpProber, { port, check: httpCheck() });
    assert.deepEqual(refused, { state: 'down', reason: 'refused' });
    assert.deepEqual(await afterBytes(t, ''), { state: 'down', reason: 'closed by peer' });
    const resetting = await tcpServer(t, (socket) => socket.resetAndDestroy());
    assert.deepEqual(await probeOnce(t, httpProber, { port: resetting.port, check: httpCheck() }), {
      state: 'down',
      reason: 'reset by peer',
    });
    const cut = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok';
    assert.deepEqual(await afterBytes(t, cut, { body: /ok/ }), {
      state: 'down',
      reason: 'closed by peer',
    });
  });

  test('closing first leaves no descriptor open', async (t) => {
    await afterBytes(t, '');
    while (process.getActiveResourcesInfo().includes('TCPSocketWrap')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('speaking something else', async (t) => {
    const banner = 'SSH-2.0-OpenSSH_9.2\r\n';
    assert.deepEqual(await afterBytes(t, banner), {
      state: 'down',
      reason: 'the answer is not valid HTTP',
    });
  });

  test('sending headers for ever: cut at 16 KiB, or at the time-out', async (t) => {
    const line = `x-more: ${'y'.repeat(1000)}\r\n`;
    assert.deepEqual(await afterBytes(t, `HTTP/1.1 200 OK\r\n${line.repeat(100)}`), {
      state: 'down',
      reason: 'the headers are longer than 16 KiB',
    });
    const dripping = await tcpServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    const asked = async (): Promise<void> => {
      const socket = await new Promise<NodeJS.EventEmitter>((resolve) => {
        dripping.server.once('connection', resolve);
      });
      await once(socket, 'data');
    };
    const to = { port: dripping.port, check: httpCheck() };
    assert.deepEqual(await expired(t, httpProber, to, asked), {
      state: 'down',
      reason: 'no answer within 500ms',
    });
  });

  test('answering 100 Continue first, or switching protocols', async (t) => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3);
    assert.deepEqual(await afterBytes(t, `${early}HTTP/1.1 200 OK\r\n\r\n`), UP);
    const upgrade = 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    assert.deepEqual(await afterBytes(t, upgrade), { state: 'down', reason: 'status 101' });
  });

  test('a probe that was cancelled says nothing, and the next one works', async (t) => {
    const port = await serving(t, (_, response) => response.end());
    const probe = httpProber(
      { key: 'a', service: 'a', address: '127.0.0.1', port, domain: null, check: httpCheck() },
      silent,
      silent,
    );
    probe.start();
    probe.cancel();
    probe.start();
    probe.close();
    probe.close();
    assert.deepEqual(await probeOnce(t, httpProber, { port, check: httpCheck() }), UP);
  });
});
