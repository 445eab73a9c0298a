import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Check } from '../../../src/model/check.ts';
import { tcpProber } from '../../../src/sources/probes/tcp.ts';
import { accepted } from '../../config/read.ts';
import { freePort, tcpServer } from './fixtures.ts';
import { probeOnce } from './one-probe.ts';

/** The check of a service in the sample: what is documented is what is tested. */
function recipe(service: string): Check {
  const file = new URL('../../../config/custom-health.yaml', import.meta.url);
  const { services } = accepted(readFileSync(file, 'utf8')).config;
  const check = services.find(({ name }) => name === service)?.realServers[0]?.check;
  assert.ok(check);
  return check;
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A real rsyslogd that takes RELP and syslog over TCP, and writes what it takes to a file. */
async function rsyslog(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'routevane-rsyslog-'));
  const [relp, plain, out] = [await freePort(), await freePort(), join(dir, 'out')];
  writeFileSync(
    join(dir, 'rsyslog.conf'),
    `global(workDirectory="${dir}")
module(load="imrelp")
module(load="imtcp")
input(type="imrelp" port="${relp}" address="127.0.0.1")
input(type="imtcp" port="${plain}" address="127.0.0.1")
action(type="omfile" file="${out}" template="RSYSLOG_SyslogProtocol23Format")
`,
  );
  const args = ['-n', '-f', join(dir, 'rsyslog.conf'), '-i', join(dir, 'pid')];
  const child = spawn('/usr/sbin/rsyslogd', args, { stdio: 'ignore' });
  t.after(async () => {
    // What it still writes would be in the way of the removal.
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    rmSync(dir, { recursive: true });
  });
  await Promise.all([accepts(relp), accepts(plain)]);
  return { relp, plain, out };
}

test('RELP: a real rsyslogd is up, a server of something else is not', async (t) => {
  const { relp } = await rsyslog(t);
  const check = recipe('relp');
  assert.deepEqual(await probeOnce(t, tcpProber, { port: relp, check }), {
    state: 'up',
    reason: '',
  });
  const { port } = await tcpServer(t, (socket) => socket.end('220 mail\r\n'));
  assert.deepEqual(await probeOnce(t, tcpProber, { port, check }), {
    state: 'down',
    reason: 'unexpected answer "220 mail.."',
  });
});

test('syslog over TCP: a real rsyslogd takes the message as one, and as we meant it', async (t) => {
  const { plain, out } = await rsyslog(t);
  const check = recipe('syslog-tcp');
  assert.deepEqual(await probeOnce(t, tcpProber, { port: plain, check }), {
    state: 'up',
    reason: '',
  });
  const written = (): string => {
    try {
      return readFileSync(out, 'utf8');
    } catch {
      return '';
    }
  };
  while (!written().includes(' probe\n')) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(written(), /^<46>1 \S+ \S+ routevane - - - +probe\n/m);
});
