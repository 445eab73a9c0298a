import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Owner } from './owner.ts';
import { startRoutevane } from './routevane.ts';

interface Row {
  readonly words: readonly string[];
  readonly code: number;
  readonly stdout: RegExp;
  readonly stderr: RegExp;
}

const nothing = /^$/;
const oneLine = /^routevane: [^\n]+\n$/;
const exitWithinMs = 60_000;

const good = `
services: { web: { check: { type: tcp }, real_servers: ["127.0.0.1:9"] } }
routes: [{ prefix: 198.51.100.1/32, when: web }]
`;
const bad = `state_dir: state
services: { web: { chek: { type: tcp }, real_servers: ["127.0.0.1:9"] } }
routes: [{ prefix: 198.51.100.1/24, when: wbe }]
`;

/** `good.yaml` and `bad.yaml` stand for files in the test's folder. */
const rows: readonly Row[] = [
  { words: [], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['rnu'], code: 2, stdout: nothing, stderr: /^[^\n]*did you mean "run"\?[^\n]*\n$/ },
  { words: ['xyz'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['run'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['run', '--confg', 'x'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['run', '-c'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['check', '-c', 'good.yaml', 'more'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['demo', 'x'], code: 2, stdout: nothing, stderr: oneLine },
  {
    words: ['run', '-c', 'bad.yaml'],
    code: 78,
    stdout: nothing,
    stderr: /bad\.yaml:2:\d+ \S*chek/,
  },
  {
    words: ['run', '-c', 'none.yaml'],
    code: 78,
    stdout: nothing,
    stderr: /none\.yaml.*no such file/,
  },
  {
    words: ['check', '-c', 'bad.yaml'],
    code: 78,
    stdout: nothing,
    stderr: /bad\.yaml:2:\d+ [^\n]*\n(.*\n)*[^\n]*bad\.yaml:3:\d+ /,
  },
  {
    words: ['check', '-c', 'good.yaml'],
    code: 0,
    stdout: /^[^\n]*1 service[^\n]*1 route\n$/,
    stderr: /^/,
  },
  { words: ['check', 'good.yaml'], code: 0, stdout: /1 service[^\n]*1 route\n$/, stderr: /^/ },
  { words: ['run', '-c', 'a', '-c', 'b'], code: 2, stdout: nothing, stderr: oneLine },
  { words: ['help'], code: 0, stdout: /routevane run -c FILE/, stderr: nothing },
  { words: ['help', 'drain'], code: 0, stdout: /example: routevane drain/, stderr: nothing },
  { words: ['--help'], code: 0, stdout: /routevane run -c FILE/, stderr: nothing },
  { words: ['run', '--help'], code: 0, stdout: /routevane run -c FILE/, stderr: nothing },
  { words: ['--version'], code: 0, stdout: /^routevane \d+\.\d+\.\d+\n$/, stderr: nothing },
  {
    words: ['schema', '--api'],
    code: 0,
    stdout: /^\{[^]*"urn:routevane:admin-api:1"[^]*\}\n$/,
    stderr: nothing,
  },
  { words: ['schema'], code: 0, stdout: /^\{[^]*"\$schema"[^]*\}\n$/, stderr: nothing },
];

describe('the command line', () => {
  const owner = new Owner();
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-e2e-'));
    owner.own(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'good.yaml'), good);
    writeFileSync(join(folder, 'bad.yaml'), bad.replace('state\n', `${join(folder, 'state')}\n`));
  });
  after(() => owner.close());

  for (const { words, code, stdout, stderr } of rows) {
    test(`routevane ${words.join(' ')} exits with ${code}`, async () => {
      const full = words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
      const routevane = startRoutevane(owner, null, ...full);
      assert.equal(await routevane.exit(exitWithinMs), code, routevane.stderr());
      assert.match(routevane.stdout(), stdout);
      assert.match(routevane.stderr(), stderr);
    });
  }

  test('a refused configuration starts nothing', () => {
    assert.equal(existsSync(join(folder, 'state')), false);
  });

  test('demo announces and withdraws routes of real servers, and SIGINT ends it with 0', async () => {
    const demo = startRoutevane(owner, null, 'demo');
    const shows = (text: string) => (): boolean => demo.stdout().includes(text);
    await demo.until(shows('announce route'), 'demo announces');
    await demo.until(shows('withdraw route'), 'demo withdraws');
    const shown = demo.stdout().length;
    demo.kill('SIGINT');
    assert.equal(await demo.exit(exitWithinMs), 0);
    const last = demo.stdout().slice(shown);
    assert.match(last, /withdraw route/, 'what was announced is withdrawn at the end');
    for (const line of demo.stdout().trimEnd().split('\n')) {
      assert.match(line, /^(announce|withdraw) route 192\.0\.2\.\d+\/32 next-hop self[ -~]*$/);
    }
  });
});
