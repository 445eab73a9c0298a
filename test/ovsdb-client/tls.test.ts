import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OvsdbClient, scalar, type TlsOptions } from '../../src/ovsdb-client/index.ts';
import { startServer, type Server } from './server.ts';
import { smallSchema } from './small-schema.ts';
import { States, watch } from './watch.ts';

const dir = mkdtempSync(join(tmpdir(), 'ovsdb-tls-'));
const spec = { database: 'Small', table: 'Thing', columns: { name: scalar('string') } } as const;

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
}

function makeCa(name: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    ...files, '-days', '2', '-subj', `/CN=${name}`); // prettier-ignore
}

/** As ovs-pki does it: a common name, and no subjectAltName. */
function makeCertificate(name: string, ca: string): void {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name} id`); // prettier-ignore
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`,
    '-CAcreateserial', '-out', `${name}.pem`, '-days', '2'); // prettier-ignore
}

function read(name: string): string {
  return readFileSync(join(dir, name), 'utf8');
}

describe('ssl remotes', () => {
  let server: Server;
  let remote = '';

  before(async () => {
    makeCa('ca');
    makeCa('other-ca');
    makeCertificate('server', 'ca');
    makeCertificate('client', 'ca');
    makeCertificate('stranger', 'other-ca');
    server = await startServer({
      schema: smallSchema,
      args: [
        '--remote=pssl:0:127.0.0.1',
        `--private-key=${join(dir, 'server.key')}`,
        `--certificate=${join(dir, 'server.pem')}`,
        `--ca-cert=${join(dir, 'ca.pem')}`,
      ],
    });
    remote = `ssl:127.0.0.1:${(await server.ports(1))[0]}`;
  });

  after(async () => {
    await server.remove();
    rmSync(dir, { recursive: true });
  });

  async function outcome(tls: TlsOptions): Promise<string> {
    const states = new States();
    const client = new OvsdbClient({ remote, tls, onState: states.onState });
    try {
      const { seen } = watch(client, spec);
      client.start();
      const told = await Promise.race([seen.next('sync'), seen.next('stale')]);
      return told.kind === 'sync' ? 'synced' : told.reason;
    } finally {
      client.close();
    }
  }

  test('a certificate of the pinned CA is taken, whatever name it bears', async () => {
    const own = { cert: read('client.pem'), key: read('client.key') };
    assert.equal(await outcome({ ca: read('ca.pem'), ...own }), 'synced');
  });

  test('a certificate of another CA is refused', async () => {
    const own = { cert: read('client.pem'), key: read('client.key') };
    assert.equal(
      await outcome({ ca: read('other-ca.pem'), ...own }),
      "the server's certificate is not of the given CA",
    );
  });

  test('a server that wants a certificate from us says so', async () => {
    assert.equal(await outcome({ ca: read('ca.pem') }), 'the server wants a certificate from us');
  });

  test('a server that does not trust our certificate says so', async () => {
    const own = { cert: read('stranger.pem'), key: read('stranger.key') };
    assert.equal(
      await outcome({ ca: read('ca.pem'), ...own }),
      'the server does not trust our certificate',
    );
  });
});

for (const [host, listen] of [
  ['127.0.0.1', 'ptcp:0:127.0.0.1'],
  ['[::1]', 'ptcp:0:[::1]'],
  ['localhost', 'ptcp:0:127.0.0.1'],
] as const) {
  test(`a tcp remote: ${host}; TLS towards it is reported as a mistake`, async () => {
    const server = await startServer({ schema: smallSchema, args: [`--remote=${listen}`] });
    const [port] = await server.ports(1);
    const client = new OvsdbClient({ remote: `tcp:${host}:${port}` });
    const states = new States();
    const wrong = new OvsdbClient({
      remote: `ssl:${host}:${port}`,
      tls: { ca: '' },
      connectTimeoutMs: 30_000,
      onState: states.onState,
    });
    try {
      const { seen } = watch(client, spec);
      client.start();
      await seen.next('sync');
      wrong.start();
      const { reason } = await states.next('waiting');
      assert.equal(reason, 'closed by the server during the TLS handshake');
    } finally {
      client.close();
      wrong.close();
      await server.remove();
    }
  });
}
