import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { portOf, tcpServer } from './fixtures.ts';

let dir = '';

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
}

/** A certificate of our own authority for `names`, from one date to another. */
function certificate(file: string, names: string, dates: readonly string[]): void {
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${file}`); // prettier-ignore
  writeFileSync(join(dir, 'extensions'), `subjectAltName=${names}\n`);
  openssl('ca', '-batch', '-config', 'ca.conf', '-in', `${file}.csr`, '-out', `${file}.pem`,
    '-extfile', 'extensions', ...dates); // prettier-ignore
}

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'routevane-https-'));
  writeFileSync(join(dir, 'index.txt'), '');
  writeFileSync(
    join(dir, 'ca.conf'),
    `[ca]
default_ca = ours
[ours]
dir = .
new_certs_dir = .
database = index.txt
rand_serial = yes
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`,
  );
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', '/CN=test authority'); // prettier-ignore
  const names = 'DNS:www.example.net,IP:127.0.0.1';
  certificate('good', names, ['-days', '365']);
  certificate('soon', names, ['-days', '5']);
  certificate('expired', names, ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z']);
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', 'self.key', '-out', 'self.pem', '-days', '365', '-subj', '/CN=self'); // prettier-ignore
});

after(() => rmSync(dir, { recursive: true, force: true }));

/** A server with this certificate that answers with the server name it was asked for. */
async function serving(t: TestContext, file: string): Promise<number> {
  const server = createServer({
    key: readFileSync(join(dir, `${file}.key`)),
    cert: readFileSync(join(dir, `${file}.pem`)),
  });
  server.on('request', ({ socket, headers }, response) => {
    const name = 'servername' in socket ? String(socket.servername) : '';
    response.writeHead(name === 'www.example.net' ? 200 : 204).end(headers.host);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

async function probed(...asks: readonly object[]): Promise<string[]> {
  const child = fileURLToPath(new URL('https-child.ts', import.meta.url));
  const args = ['--import', 'tsx', child, ...asks.map((ask) => JSON.stringify(ask))];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trimEnd().split('\n');
}

const BY_NAME = { host: 'www.example.net', statusFrom: 200, statusTo: 200 };
const BY_ADDRESS = { statusFrom: 204, statusTo: 204 };

describe('https', () => {
  test('a good certificate, for the server name or for the address, which is no server name', async (t) => {
    const port = await serving(t, 'good');
    assert.deepEqual(
      await probed(
        { port, ...BY_NAME },
        { port, ...BY_NAME, host: 'www.example.net:8443' },
        { port, ...BY_ADDRESS },
      ),
      ['up', 'up', 'up'],
    );
  });

  test('a certificate that is expired, for another name, or from nobody we know, is down', async (t) => {
    const [good, expired, self] = await Promise.all(
      ['good', 'expired', 'self'].map(async (file) => serving(t, file)),
    );
    assert.deepEqual(
      await probed(
        { port: expired, ...BY_NAME },
        { port: good, host: 'other.example.net' },
        { port: self, ...BY_NAME },
      ),
      [
        'down: the certificate has expired',
        'down: the certificate is for another name',
        'down: the certificate is self-signed',
      ],
    );
  });

  test('verify: false takes any of them, and still warns of the end', async (t) => {
    const [expired, self] = await Promise.all(
      ['expired', 'self'].map(async (file) => serving(t, file)),
    );
    assert.deepEqual(
      await probed(
        { port: self, ...BY_NAME, verify: false },
        { port: expired, ...BY_NAME, verify: false },
      ),
      ['up', `the certificate of web/127.0.0.1:${expired} expired`, 'up'],
    );
  });

  test('a certificate that is about to expire is a warning', async (t) => {
    const port = await serving(t, 'soon');
    assert.deepEqual(await probed({ port, ...BY_NAME }), [
      `the certificate of web/127.0.0.1:${port} expires in 4 days`,
      'up',
    ]);
  });

  test('a server without TLS is down', async (t) => {
    const { port } = await tcpServer(t, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    const closing = await tcpServer(t, (socket) => socket.once('data', () => socket.end()));
    assert.deepEqual(await probed({ port }, { port: closing.port }), [
      'down: TLS handshake failed: the server does not speak TLS, or shares no TLS version or cipher with this node',
      'down: closed by peer',
    ]);
  });
});
