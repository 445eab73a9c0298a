import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { of } from 'rxjs';
import { startServer, vswitchSchema } from '../../ovsdb-client/server.ts';
import { FakeVswitchd } from './fake-vswitchd.ts';
import { addInterfaces, configOf, temporaryFolder } from './switch.ts';
import { Watcher } from './watcher.ts';

test('a certificate of another CA, a CA file that is missing, and the right one', async (t) => {
  const dir = temporaryFolder(t);
  for (const name of ['ours', 'other']) {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`],
      { cwd: dir, stdio: 'ignore' },
    ); // prettier-ignore
  }
  const file = (name: string): string => join(dir, name);
  const server = await startServer({
    schema: vswitchSchema,
    args: ['--remote=pssl:0:127.0.0.1', `--private-key=${file('ours.key')}`,
      `--certificate=${file('ours.pem')}`, `--ca-cert=${file('ours.pem')}`],
  }); // prettier-ignore
  t.after(async () => server.remove());
  const vswitchd = new FakeVswitchd(server.dir);
  await vswitchd.start(1);
  t.after(async () => vswitchd.kill());
  const [port] = await server.ports(1);
  const source = {
    remote: `ssl:127.0.0.1:${port}`,
    vswitchdPidfile: vswitchd.pidfile,
    tls: { caCert: file('ca.pem'), certificate: file('ours.pem'), privateKey: file('ours.key') },
  };
  await addInterfaces({ server, vswitchd, source }, ['p1']);

  const watcher = new Watcher(t, of(configOf(source, 'p1')));
  await watcher.until('p1', `lost: OVSDB is not reachable: cannot read ${dir}/ca.pem (ENOENT)`);
  copyFileSync(file('other.pem'), file('ca.pem'));
  const wrong = "OVSDB is not reachable: the server's certificate is not of the given CA";
  await watcher.until('p1', `lost: ${wrong}`);
  assert.equal(watcher.notices.at(-1)?.message, wrong);
  copyFileSync(file('ours.pem'), file('ca.pem'));
  await watcher.until('p1', 'up');
  await watcher.untilNotice('bfd_ovsdb_back');
});
