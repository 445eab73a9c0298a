import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { folder } from '../sinks/journal/harness.ts';
import { tcpServer } from '../sources/probes/fixtures.ts';

const servers = 300;
const main = ['--import', 'tsx', 'src/main.ts'];
const limited = ['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath, ...main];

/** A configuration of `count` servers with sentinels, of which none may be missing. */
function yaml(socket: string, port: number, count: number): string {
  const addresses = Array.from({ length: count }, (_, index) => {
    const [net, host] = [Math.floor(index / 100), (index % 100) + 1];
    return `"127.9.${net}.${host}:${port}"`;
  });
  return `
services:
  web:
    check: { type: tcp, mode: hold, interval: 5s, timeout: 5s, fast_interval: 1s }
    quorum: ${count}
    real_servers: [${addresses.join(', ')}]
routes: [{ prefix: 192.0.2.1/32, when: web }]
outputs: { exabgp: { via: stdio, ack_timeout: 100ms } }
admin: { socket: ${socket} }
`;
}

/** The daemon under the limit, and its log. */
function run(t: TestContext, file: string) {
  const child = spawn('sh', [...limited, 'run', '-c', file]);
  t.after(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  const log: string[] = [];
  createInterface(child.stderr).on('line', (line) => log.push(line));
  createInterface(child.stdout).on('line', (line) => log.push(line));
  const count = (text: RegExp): number => log.filter((line) => text.test(line)).length;
  /** Until a line of its log or output was there so often. */
  const sees = async (text: RegExp, times = 1): Promise<void> => {
    while (count(text) < times) {
      assert.equal(child.exitCode, null, log.slice(-5).join('\n'));
      await Promise.race([
        once(child.stderr, 'data'),
        once(child.stdout, 'data'),
        once(child, 'exit'),
      ]);
    }
  };
  return { child, count, sees };
}

test(
  '300 servers with sentinels under a limit of 200 descriptors',
  { timeout: 240_000 },
  async (t) => {
    const { port, sockets } = await tcpServer(t, (socket) => socket.resume(), '0.0.0.0');
    const { path, remove } = folder();
    t.after(remove);
    const [file, socket] = [join(path, 'c.yaml'), join(path, 'admin.sock')];
    writeFileSync(file, yaml(socket, port, servers));

    const checked = spawnSync('sh', [...limited, 'check', '-c', file], { encoding: 'utf8' });
    assert.match(checked.stdout, /: ok: up to 785 file descriptors, .*, 1 route$/mu);
    assert.match(
      checked.stderr,
      /785 .* limit here is 200: set LimitNOFILE=1024 .* ulimit -n 1024$/mu,
    );
    assert.equal(checked.status, 0);

    const { child, count, sees } = run(t, file);
    await sees(/^announce route 192\.0\.2\.1\/32/u);
    // All are up by their second probe: a sentinel each was wanted after the first.
    // This process accepts their connections meanwhile: the backlog would not hold them all.
    const asked = await promisify(execFile)(process.execPath, [
      ...main,
      'status',
      '--socket',
      socket,
    ]);
    assert.equal(asked.stdout.match(/127\.9\.\S+ +up /gu)?.length, servers);
    assert.equal(count(/"event":"descriptors_short"/u), 1);
    assert.ok(sockets.size > 0 && sockets.size < 200, `${sockets.size} connections`);

    // With each reload the budget is applied again.
    writeFileSync(file, yaml(socket, port, 3));
    child.kill('SIGHUP');
    await sees(/"event":"config_reloaded"/u);
    assert.equal(count(/"event":"descriptors_short"/u), 1);
    writeFileSync(file, yaml(socket, port, servers));
    child.kill('SIGHUP');
    await sees(/"event":"config_reloaded"/u, 2);
    await sees(/"event":"descriptors_short"/u, 2);
    assert.equal(count(/"event":"probe_impossible"/u), 0);
    assert.equal(count(/"to":"down"/u), 0);
    assert.equal(count(/^withdraw route/u), 0);
  },
);
