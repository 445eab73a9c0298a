import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../sinks/journal/harness.ts';

const yaml = `
node: lb-a
services:
  web: { check: { type: tcp, interval: 200ms }, real_servers: ["127.0.0.1:1"] }
routes: [{ prefix: 192.0.2.10/32, when: web }]
outputs: { exabgp: { via: stdio, ack_timeout: 100ms } }
`;

/** What `run` says until it reports the route, or a line that matches. */
async function run(program: string, args: readonly string[], until: RegExp): Promise<string> {
  const child = spawn(program, args);
  let text = '';
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    // The end of stdin is the end of ExaBGP, and of the run.
    if (until.test(text)) child.stdin.end();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  await once(child, 'close');
  return text;
}

test('run says readable lines to a terminal, and JSON to everybody else', async () => {
  const { path, remove } = folder();
  const file = join(path, 'c.yaml');
  writeFileSync(file, yaml.replace('node:', `state_dir: ${join(path, 'state')}\nnode:`));
  const words = ['--import', 'tsx', 'src/main.ts', 'run', '-c', file];
  const end = /route(?:_decided| 192\.0\.2\.10\/32 is)/u;

  const json = await run(process.execPath, words, end);
  const event = /^\{.*"event":"route_decided".*\}$/mu.exec(json)?.[0] ?? '{}';
  const line: unknown = JSON.parse(event);
  assert.ok(line !== null && typeof line === 'object' && 'cause' in line);

  // `script` gives it a terminal of its own, on which the two streams are one.
  const command = [process.execPath, ...words].join(' ');
  const shown = await run('script', ['-qec', `cat | ${command}`, '/dev/null'], end);
  assert.match(
    shown,
    /^ *\d+\.\d\d s {2}warn {3}route 192\.0\.2\.10\/32 is withdrawn: web is down/mu,
  );
  assert.doesNotMatch(shown, /"event"/u);

  const journal = join(path, 'state', 'journal.jsonl');
  const diff = ['--import', 'tsx', 'src/main.ts', 'replay', journal, '-c', file, '--diff'];
  const { status, stdout } = spawnSync(process.execPath, diff, { encoding: 'utf8' });
  assert.match(stdout, /^0 differences$/mu);
  assert.equal(status, 0);
  remove();
});
