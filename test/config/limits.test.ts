import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/config/read.ts';
import { accepted, linesOf, readText } from './read.ts';

describe('limits of the file', () => {
  test('more than 4 MiB is refused by its size', () => {
    const result = readConfig({
      file: 'lb.yaml',
      folder: '/etc/routevane',
      bytes: new Uint8Array(4 * 1024 * 1024 + 1),
      hostname: 'lb-a',
    });
    assert.deepEqual(linesOf(result), [
      'lb.yaml:1:1 (file): the file is larger than 4 MiB (4194305 bytes): a configuration has at most 4 MiB',
    ]);
  });

  test('4 MiB of opening brackets or dashes end soon, with a problem', () => {
    const brackets = readText('['.repeat(4_000_000));
    assert.deepEqual(linesOf(brackets), [
      'lb.yaml:1:65 (file): nested too deeply: at most 64 levels',
    ]);
    const dashes = readText('- '.repeat(2_000_000));
    assert.match(linesOf(dashes)[0] ?? '', /nested too deeply/);
  });

  test('a mapping of 20,000 keys reports each that is unknown', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`);
    assert.equal(linesOf(readText(keys.join('\n'))).length, 20_000);
  });

  test('a chain of 5,000 valid_when does not exhaust the stack', () => {
    const services = Array.from(
      { length: 5_000 },
      (_, index) =>
        `  s${index}: { check: { type: tcp }, real_servers: [10.0.0.1:1], valid_when: s${index + 1} }`,
    );
    const last = '  s5000: { check: { type: tcp }, real_servers: [10.0.0.1:1] }';
    const { summary } = accepted(`services:\n${[...services, last].join('\n')}\n`);
    assert.equal(summary.services, 5_001);
  });
});

function aliased(fall: number): string {
  return `services:
  a: { check: &check { type: tcp, fall: ${fall} }, real_servers: [10.0.0.1:1] }
  b: { check: *check, real_servers: [10.0.0.2:1] }
`;
}

describe('the text of the file', () => {
  test('a byte order mark and Windows line ends change nothing', () => {
    const plain = accepted('node: lb-b\nstate_dir: /var/lib/routevane\n');
    const windows = accepted('\ufeffnode: lb-b\r\nstate_dir: /var/lib/routevane\r\n');
    assert.deepEqual(windows.config, plain.config);
  });

  test('anchors and aliases may be used, and a problem stands where the text is', () => {
    assert.equal(accepted(aliased(2)).summary.services, 2);
    assert.deepEqual(linesOf(readText(aliased(0))), [
      'lb.yaml:2:41 services.a.check.fall: expected a whole number from 1 to 1000, found 0',
      'lb.yaml:2:41 services.b.check.fall: expected a whole number from 1 to 1000, found 0',
    ]);
  });

  test('YAML 1.1 does not come back by a directive', () => {
    const result = accepted('%YAML 1.1\n---\nnode: off\n');
    assert.equal(result.config.node, 'off');
  });

  test('a hostname that is no name asks for node', () => {
    const bytes = new TextEncoder().encode('state_dir: /tmp\n');
    const result = readConfig({ file: 'lb.yaml', folder: '/', bytes, hostname: 'lb a\n' });
    assert.deepEqual(linesOf(result), [
      'lb.yaml:1:1 node: the hostname "lb a\\n" is not a valid node name: set node',
    ]);
    const named = new TextEncoder().encode('node: lb-a\n');
    assert.ok(readConfig({ file: 'lb.yaml', folder: '/', bytes: named, hostname: 'lb a\n' }).ok);
  });
});
