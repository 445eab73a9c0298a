import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { firstVerdictLines } from '../../src/cli/first-verdicts.ts';
import { readConfig } from '../../src/config/read.ts';

function linesOf(yaml: string): readonly string[] {
  const bytes = Buffer.from(yaml);
  const result = readConfig({ file: 'x.yaml', folder: '/etc', bytes, hostname: 'lb-a' });
  assert.ok(result.ok, JSON.stringify(result));
  return firstVerdictLines(result.config);
}

const root = new URL('../../', import.meta.url);

const rest = '(startup_timeout 10 s): what a start finds announced stays until then';

describe('what check says of first verdicts that take longer than startup_timeout', () => {
  test('names a signal with the time it needs, and none that is soon enough', () => {
    const [line, ...others] = linesOf(`
signals:
  load: { type: exec, command: [/bin/load], interval: 20s, timeout: 5s, fall: 3 }
  quick: { type: exec, command: [/bin/load], interval: 1s, timeout: 1s }
  eth0: { type: link, interface: eth0 }
`);
    assert.equal(line, `signal load needs up to 65 s for its first verdict ${rest}`);
    assert.deepEqual(others, []);
  });

  test('names what has no limit at all', () => {
    assert.deepEqual(
      linesOf('signals: { ears: { type: execd, command: [/bin/ears], trigger: self } }'),
      [`signal ears, without stale_after, may wait for its first verdict for ever ${rest}`],
    );
  });

  test('has one line for each service, with its slowest check', () => {
    const slow = 'check: { type: tcp, interval: 10s, timeout: 2s, rise: 3 }';
    assert.deepEqual(
      linesOf(`
services:
  web: { ${slow}, real_servers: ["127.0.0.1:1", "127.0.0.1:2"] }
  one: { ${slow}, real_servers: ["127.0.0.1:3"] }
  soon: { check: { type: tcp }, real_servers: ["127.0.0.1:4"] }
`),
      [
        `2 of 2 checks of service web need up to 32 s for their first verdict ${rest}`,
        `real server one/127.0.0.1:3 needs up to 32 s for its first verdict ${rest}`,
      ],
    );
  });

  test('stays short, and keeps to the startup_timeout of the file', () => {
    const names = Array.from({ length: 30 }, (_, n) => `s${n}`);
    const exec = '{ type: exec, command: [/bin/load], interval: 20s, timeout: 5s }';
    const signals = names.map((name) => `  ${name}: ${exec}\n`).join('');
    const lines = linesOf(`signals:\n${signals}`);
    assert.equal(lines.length, 5);
    assert.equal(lines.at(-1), 'and 26 more');
    assert.deepEqual(linesOf(`startup_timeout: 2m\nsignals:\n${signals}`), []);
  });

  test('is on stderr, beside the one line of a file that is good', () => {
    const words = ['dist/routevane.js', 'check', '-c', 'config/custom-health.yaml'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    assert.match(stdout, /^config\/custom-health\.yaml: ok: [^\n]*\n$/u);
    const load = `config/custom-health.yaml: signal load needs up to 95 s for its first verdict ${rest}`;
    assert.ok(stderr.split('\n').includes(load), stderr);
  });
});
