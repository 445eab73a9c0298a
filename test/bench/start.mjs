// From the start of the release bundle to its first probe at a real server, beside
// a node that starts and does nothing. Prints medians; asserts nothing.
// usage: node test/bench/start.mjs [ROUNDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { here, median, monotonicMs, work } from './lab.mjs';

const rounds = Number(process.argv[2] ?? 9);
const server = createServer((connection) => connection.on('error', () => {}));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const file = join(work, 'start.yaml');
const target = `127.0.0.1:${server.address().port}`;
writeFileSync(file, `services: { s: { check: { type: tcp }, real_servers: ["${target}"] } }\n`);

const probed = [];
const bare = [];
for (let round = 0; round < rounds; round += 1) {
  probed.push(
    await startMs([here('../../dist/routevane.js'), 'run', '-c', file], server, 'connection'),
  );
  bare.push(await startMs(['-e', '0'], null, 'exit'));
}
server.close();
console.log(`start → first probe ${text(probed)}; a bare node, start to end ${text(bare)}`);

async function startMs(args, emitter, event) {
  const beganMs = monotonicMs();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  await (emitter === null ? exited : once(emitter, event));
  const tookMs = monotonicMs() - beganMs;
  child.kill('SIGKILL');
  await exited;
  return tookMs;
}

function text(times) {
  return `p50 ${median(times).toFixed(0)} ms, max ${Math.max(...times).toFixed(0)} ms`;
}
