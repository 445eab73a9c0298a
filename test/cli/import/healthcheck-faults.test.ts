import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReadConfig } from '../../../src/cli/import/config-reader.ts';
import { fromHealthcheck } from '../../../src/cli/import/from-healthcheck.ts';
import { imported, withOptions } from './healthcheck-read.ts';

describe('import exabgp-healthcheck: what cannot be carried over refuses nothing', () => {
  test('a broken process is named with its line, the others are there', () => {
    const text = `process a {\n  run python3 -m exabgp healthcheck --cmd "x --ip 192.0.2.1;\n}
process b {\n  run exabgp healthcheck --ip nowhere;\n}
process c {\n  run exabgp healthcheck --ip 192.0.2.3 --ip nowhere;\n  respawn false;\n}\n}\n`;
    const { config, notes } = imported(text);
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.3/32'],
    );
    const starts = [
      '2: a quote is not closed: left out',
      '5: --ip nowhere: left out',
      '5: process b is left out: none of its addresses',
      '8: --ip nowhere: left out',
      '8: no --cmd is given: it is always up',
      '9: process c: respawn false: left out',
      '11: a "}" too many',
    ];
    for (const start of starts) {
      assert.ok(
        notes.some((note) => note.startsWith(start)),
        `${start}\n${notes.join('\n')}`,
      );
    }
  });

  test('an option that nobody knows, a word that is none, a value that is missing', () => {
    const { notes } = withOptions('--new-one 5 stray --rise --fall x');
    assert.deepEqual(
      notes.slice(1).map((note) => note.replace(/,.*/u, '')),
      [
        '2: --fall x: expected a number from 0 on: 3 is taken',
        '2: --new-one 5: left out',
        '2: stray: left out',
        '2: --rise: left out',
      ],
    );
  });

  test('a program of its own is never taken as always up', () => {
    const text = 'process a { run /opt/healthcheck.py --vip 192.0.2.1 --ip 192.0.2.1; }';
    const result = fromHealthcheck(text);
    assert.ok(!result.ok);
    assert.match(result.problems.map(({ message }) => message).join('\n'), /there is no --cmd/u);
  });

  test('nothing found is a failure', () => {
    for (const text of ['', 'neighbor 10.0.0.1 { }', 'process a { run /bin/x; }']) {
      assert.equal(fromHealthcheck(text).ok, false);
    }
  });

  test('no --ip: the addresses of lo are in no file', () => {
    const { config, yaml } = imported('process a { run exabgp healthcheck -c true --label x; }');
    assert.deepEqual(config.routes, []);
    assert.match(yaml, /# line 1: no --ip is given: .* with a label lo:x…/u);
    assert.match(yaml, /# - prefix: ADDRESS\/32/u);
  });
});

describe('import exabgp-healthcheck: --config', () => {
  const files: Readonly<Record<string, string>> = {
    'hc.conf':
      '# a comment\n\n debug\nname = haproxy\nip = 192.0.2.9\ninterval = 10\ncommand = test a = b\n',
  };
  const read: ReadConfig = (path) => {
    const text = files[path];
    return text === undefined ? { ok: false, reason: 'no such file' } : { ok: true, text };
  };

  test('is read; the command line wins, and adds to lists', () => {
    const text =
      'process a { run exabgp healthcheck --config hc.conf --ip 192.0.2.8 -i 7 --no-ip-setup; }';
    const { config, notes } = imported(text, read);
    const [signal] = config.signals;
    assert.ok(signal?.type === 'exec');
    assert.deepEqual(
      [signal.name, signal.intervalMs, signal.command.at(-1)],
      ['haproxy', 7_000, '(test a = b) || exit 2'],
    );
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.9/32', '192.0.2.8/32'],
    );
    assert.ok(notes.some((note) => note.startsWith('hc.conf:3: --debug: left out')));
  });

  test('that cannot be read leaves its process out', () => {
    const other = 'process b { run exabgp healthcheck -c true --ip 192.0.2.1; }';
    const { config, notes } = imported(
      `process a { run exabgp healthcheck -F gone.conf --ip 192.0.2.2; }\n${other}`,
      read,
    );
    assert.deepEqual(
      config.routes.map(({ key }) => key),
      ['192.0.2.1/32'],
    );
    assert.ok(notes.includes('1: --config gone.conf: no such file'));
  });
});
