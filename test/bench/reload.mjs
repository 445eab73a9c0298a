/**
 * How long a reload of 5,000 real servers with one changed keeps the daemon from answering, beside
 * the longest answer of the same process without one; and what is left of the memory.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const services = 100;
const serversEach = 50;
const reloads = 10;
const folder = mkdtempSync(join(tmpdir(), 'routevane-bench-'));
const file = join(folder, 'routevane.yaml');
const socket = join(folder, 'admin.sock');

function write(weight) {
  const lines = [`state_dir: ${folder}`, `admin: { socket: ${socket} }`];
  lines.push('check_defaults: { interval: 20s, timeout: 500ms }', 'services:');
  for (let s = 0; s < services; s += 1) {
    lines.push(`  s${s}:`, '    check: { type: tcp }', '    real_servers:');
    for (let n = 0; n < serversEach; n += 1) {
      const changed = s === 0 && n === 0 ? weight : 100;
      lines.push(`      - { address: "127.9.${s}.${n + 1}:9", weight: ${changed} }`);
    }
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** How long one short answer takes, milliseconds. */
function ask() {
  return new Promise((resolve) => {
    const start = performance.now();
    const client = connect(socket);
    client.on('connect', () => client.end('GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n'));
    client.on('error', () => resolve(0));
    client.on('close', () => resolve(performance.now() - start));
    client.resume();
  });
}

async function longestOf(durationMs) {
  const endMs = performance.now() + durationMs;
  let longestMs = 0;
  while (performance.now() < endMs) {
    longestMs = Math.max(longestMs, await ask());
    await passes(1);
  }
  return longestMs;
}

write(100);
const program = fileURLToPath(new URL('../../dist/routevane.js', import.meta.url));
const daemon = spawn(process.execPath, [program, 'run', '-c', file], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
let log = '';
daemon.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-100_000)));
const residentMb = () =>
  Math.round(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))[1] / 1024);
// Every server has failed by then, and the log is quiet.
await passes(15_000);
const idleMs = await longestOf(3000);
const beforeMb = residentMb();
const times = [];
for (let n = 1; n <= reloads; n += 1) {
  write(100 + n);
  daemon.kill('SIGHUP');
  times.push(await longestOf(3000));
}
const [median] = times.toSorted((a, b) => a - b).slice(reloads / 2);
const done = log.split('config_reloaded').length - 1;
console.log(
  `reload: ${services * serversEach} servers, one changed, ${done} of ${reloads} in force`,
);
console.log(
  `reload: longest answer ${median.toFixed(0)} ms (median of ${reloads}; worst ` +
    `${Math.max(...times).toFixed(0)} ms), without a reload ${idleMs.toFixed(0)} ms`,
);
await passes(5000);
console.log(`reload: resident ${beforeMb} MB before, ${residentMb()} MB after`);
daemon.kill('SIGKILL');
rmSync(folder, { recursive: true, force: true });
