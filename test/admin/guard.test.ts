import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { readToken } from '../../src/admin/token.ts';
import { until } from '../e2e/until.ts';
import { errorOf, openRig, Rig, token } from './rig.ts';

describe('TCP without a token', () => {
  test('reading is free for addresses and our own names, and for nobody else', async (t) => {
    const rig = await openRig(t, { admin: { listen: await freeAddress() } });
    for (const host of ['127.0.0.1', '127.0.0.1:80', 'localhost:9127', 'LB-A', '[::1]:9127']) {
      const { status } = await rig.ask('/api/v1/status', { via: 'tcp', headers: { host } });
      assert.equal(status, 200, host);
    }
    for (const host of ['evil.example', 'evil.example:9127', '[evil]', '127.0.0.1.evil.example']) {
      const answer = await rig.ask('/api/v1/status', { via: 'tcp', headers: { host } });
      assert.equal(answer.status, 403, host);
      assert.equal(errorOf(answer).code, 'forbidden_host');
    }
  });

  test('requests from other origins are refused', async (t) => {
    const rig = await openRig(t, { admin: { listen: await freeAddress() } });
    const host = '127.0.0.1:9127';
    const ask = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await rig.ask('/api/v1/status', { via: 'tcp', headers: { host, ...headers } })).status;
    assert.equal(await ask({ origin: `http://${host}` }), 200);
    assert.equal(await ask({ origin: 'http://evil.example' }), 403);
    assert.equal(await ask({ origin: 'http://127.0.0.1:8080' }), 403);
    assert.equal(await ask({ origin: 'null' }), 403);
    assert.equal(await ask({ 'sec-fetch-site': 'cross-site' }), 403);
  });

  test('maintenance is refused', async (t) => {
    const rig = await openRig(t, { admin: { listen: await freeAddress() } });
    const headers = { 'content-type': 'application/json' };
    const answer = await rig.ask('/api/v1/drain/web', { via: 'tcp', method: 'POST', headers });
    assert.equal(answer.status, 403);
    assert.equal(errorOf(answer).code, 'read_only');
    assert.deepEqual(rig.controls, []);
  });

  test('a WebSocket of another page is refused', async (t) => {
    const listen = await freeAddress();
    const rig = await openRig(t, { admin: { listen } });
    const refused = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const client = new WebSocket(`ws://127.0.0.1:${listen.port}/api/v1/stream`, { headers });
      rig.own(() => client.terminate());
      client.on('error', () => {});
      const [, response] = await once(client, 'unexpected-response');
      return response.statusCode;
    };
    assert.equal(await refused({ origin: 'http://evil.example' }), 403);
    assert.equal(await refused({ host: 'evil.example' }), 403);
  });
});

describe('TCP with a token', () => {
  test('opens by the bearer header, and for nothing else but what holds no data', async (t) => {
    const listen = await freeAddress();
    const pages = new Map([['/', { type: 'text/html', body: 'page' }]]);
    const rig = await openRig(t, { withToken: true, admin: { listen }, parts: { pages } });
    const ask = async (path: string, authorization?: string): Promise<number> => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await rig.ask(path, { via: 'tcp', headers })).status;
    };
    assert.equal(await ask('/api/v1/status'), 401);
    assert.equal(await ask('/metrics'), 401);
    assert.equal(await ask('/api/v1/history'), 401);
    assert.equal(await ask('/api/v1/drain/web'), 401);
    assert.equal(await ask('/api/v1/status', `Bearer ${token}`), 200);
    assert.equal(await ask('/api/v1/status', `Basic ${token}`), 401);
    assert.equal(await ask('/api/v1/status', `Bearer ${token}x`), 401);
    assert.equal(await ask('/healthz'), 200);
    assert.equal(await ask('/'), 200);
  });

  test('the page gets a cookie for the token, that ends with the logout', async (t) => {
    const rig = await openRig(t, { withToken: true, admin: { listen: await freeAddress() } });
    const ask = { via: 'tcp', method: 'POST' } as const;
    const wrong = await rig.ask('/api/v1/login', { ...ask, body: 'token=wrong' });
    assert.equal(wrong.status, 401);
    const right = await rig.ask('/api/v1/login', { ...ask, body: JSON.stringify({ token }) });
    const [cookie = ''] = right.headers['set-cookie'] ?? [];
    assert.match(cookie, /^routevane=[0-9a-f]{64}; .*HttpOnly; SameSite=Strict$/u);
    assert.ok(!cookie.includes(token));
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    const status = async (): Promise<number> =>
      (await rig.ask('/api/v1/status', { via: 'tcp', headers })).status;
    assert.equal(await status(), 200);
    await rig.ask('/api/v1/login', { via: 'tcp', method: 'DELETE', headers });
    assert.equal(await status(), 401);
  });

  test('wrong tokens are counted by address, logged without the token, and never shut out the right one', async (t) => {
    const rig = await openRig(t, { withToken: true, admin: { listen: await freeAddress() } });
    const ask = async (given: string): Promise<number> => {
      const headers = { authorization: `Bearer ${given}` };
      return (await rig.ask('/api/v1/status', { via: 'tcp', headers })).status;
    };
    for (let count = 0; count < 10; count += 1)
      assert.equal(await ask(`guess-number-${count}`), 401);
    assert.equal(await ask('guess-number-11'), 429);
    assert.equal(await ask(token), 200, 'the right one is not made to wait for the wrong ones');
    assert.equal(await ask('guess-number-12'), 429, 'which are not forgiven by it');
    const login = { via: 'tcp', method: 'POST' } as const;
    const body = JSON.stringify({ token });
    assert.equal((await rig.ask('/api/v1/login', { ...login, body })).status, 200);
    const told = rig.notices.filter(({ event }) => event === 'admin_token_wrong');
    assert.equal(told.length, 2, 'the first, and the one that blocks');
    for (const { message } of rig.notices) {
      assert.ok(!message.includes('guess') && !message.includes(token), message);
    }
  });

  test('drains need JSON, which no other page can send', async (t) => {
    const rig = await openRig(t, { withToken: true, admin: { listen: await freeAddress() } });
    const authorization = `Bearer ${token}`;
    const ask = async (type: string): Promise<number> => {
      const headers = { authorization, 'content-type': type };
      const how = { via: 'tcp', method: 'POST', headers, body: '{}' } as const;
      return (await rig.ask('/api/v1/drain/web%2F10.0.1.11:443', how)).status;
    };
    assert.equal(await ask('text/plain'), 415);
    assert.equal(await ask('application/json'), 200);
  });
});

describe('a token file that cannot be used keeps TCP closed', () => {
  const bad: readonly (readonly [string, string, number])[] = [
    ['open to others', 'a-token-of-many-characters', 0o644],
    ['too short', 'short', 0o600],
    ['empty', '', 0o600],
    ['two words', 'a-token-of-many characters', 0o600],
  ];
  test('a folder or a pipe', () => {
    const folder = mkdtempSync(join(tmpdir(), 'routevane-token-'));
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', ['-m', '600', pipe]);
    for (const path of [folder, pipe]) {
      assert.deepEqual(readToken(path), { ok: false, reason: `${path} is not a regular file` });
    }
    rmSync(folder, { recursive: true });
  });

  for (const [what, text, mode] of bad) {
    test(what, async (t) => {
      const listen = await freeAddress();
      const rig = new Rig({ admin: { listen } });
      t.after(() => rig.close());
      const path = join(rig.folder, 'bad-token');
      writeFileSync(path, text);
      chmodSync(path, mode);
      const { value } = rig.config$;
      rig.config$.next({ ...value, admin: { ...value.admin, tokenFile: path } });
      await until(
        () => rig.notices.some(({ event }) => event === 'admin_token_unusable'),
        30_000,
        'it is told',
      );
      await assert.rejects(rig.ask('/healthz', { via: 'tcp' }), /ECONNREFUSED/u);
      assert.ok(!JSON.stringify(rig.notices).includes('a-token-of'));
    });
  }
});

/** An address that nobody has, at this moment. */
async function freeAddress(): Promise<{ host: string; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { host: '127.0.0.1', port: address.port };
}
