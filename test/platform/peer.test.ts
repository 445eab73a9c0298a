import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, Socket, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { addressKey, peerCredentials, peerOf } from '../../src/platform/peer.ts';

const nobody = 65_534;

async function server(t: TestContext, place: string | number): Promise<Server> {
  const listening = createServer();
  if (typeof place === 'string') listening.listen(place);
  else listening.listen(place, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => listening.close());
  return listening;
}

async function accepted(from: Server): Promise<Socket> {
  const [socket] = await once(from, 'connection');
  assert.ok(socket instanceof Socket);
  return socket;
}

const never = () => assert.fail('asked');

/** A path that every user may connect to. */
function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-peer-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the peer of a connection', () => {
  for (const uid of [0, nobody]) {
    test(`on a unix socket is the user that the kernel knows: ${uid}`, async (t) => {
      const path = join(openFolder(t), 's');
      const listening = await server(t, path);
      chmodSync(path, 0o666);
      const program = `require('node:net').connect(${JSON.stringify(path)}).resume()`;
      const child = spawn(process.execPath, ['-e', program], { uid, cwd: '/', stdio: 'ignore' });
      t.after(() => child.kill());
      const socket = await accepted(listening);
      t.after(() => socket.destroy());
      assert.deepEqual(peerOf(socket, peerCredentials()), { key: `uid ${uid}`, uid });
    });
  }

  test('without koffi, or with one that is none, all on the socket are one', async (t) => {
    const path = join(openFolder(t), 's');
    const listening = await server(t, path);
    const client = new Socket().connect(path);
    t.after(() => client.destroy());
    const socket = await accepted(listening);
    t.after(() => socket.destroy());
    const missing = peerCredentials(() => {
      throw new Error('Cannot find module koffi');
    });
    for (const uidOf of [missing, peerCredentials(() => ({}))]) {
      assert.deepEqual(peerOf(socket, uidOf), { key: 'socket', uid: null });
    }
  });

  test('on TCP is its address, and no file descriptor is asked', async (t) => {
    const listening = await server(t, 0);
    const address = listening.address();
    assert.ok(typeof address === 'object' && address !== null);
    const client = new Socket().connect({ port: address.port, localAddress: '127.0.0.9' });
    t.after(() => client.destroy());
    const socket = await accepted(listening);
    t.after(() => socket.destroy());
    assert.deepEqual(peerOf(socket, never), { key: '127.0.0.9', uid: null });
  });
});

describe('the key of an address', () => {
  for (const [address, key] of [
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1/64'],
    ['2001:db8::5', '2001:db8:0:0/64'],
    ['2001:db8:0:1::', '2001:db8:0:1/64'],
    ['::1', '0:0:0:0/64'],
    ['::', '0:0:0:0/64'],
    ['64:ff9b::1.2.3.4', '64:ff9b:0:0/64'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4/64'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['', ''],
  ] as const) {
    test(`${address} is ${key}`, () => assert.equal(addressKey(address), key));
  }
});
