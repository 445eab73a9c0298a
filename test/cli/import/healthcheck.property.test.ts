import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, property, string } from 'fast-check';
import { fromHealthcheck } from '../../../src/cli/import/from-healthcheck.ts';
import { options } from '../../../src/cli/import/healthcheck-options.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import { linesOf, readText } from '../../config/read.ts';

const names = options.flatMap((option) => option.names);
const values = [
  '0',
  '-1',
  '1',
  '0.0001',
  '1e9',
  '99999999999',
  'x',
  '""',
  "'a b'",
  '192.0.2.1',
  '192.0.2.0/24',
  '2001:db8::1',
  '::/0',
  '1.2.3.4/16',
  '65000:1',
  '1:2:3',
  'no-export',
  'target:1:2',
  '"[ 1 2 ]"',
  '"nc -z 127.0.0.1 80"',
  '"a # b"',
  String.raw`"a\nb"`,
  `"${'x'.repeat(5_000)}"`,
];

const word = constantFrom(...names, ...values);
const neighbor = constantFrom(
  'neighbor 10.0.0.1 { api { processes [ a ]; } }',
  'neighbor 2001:db8::1 { local-address 2001:db8::2; api { processes [ a, b ]; } }',
  'neighbor 2001:db8::3 { local-address auto; api { processes b; } }',
  'neighbor 10.0.0.0/24 { api { processes [ a ]; } }',
);

test('whatever the options: a result is a configuration that check accepts', () => {
  check(
    property(array(word, { maxLength: 12 }), array(word), array(neighbor), (a, b, neighbors) => {
      const ip = '-c true --ip 192.0.2.1';
      const text = [
        ...neighbors,
        `process a { run exabgp healthcheck ${ip} ${a.join(' ')}; }`,
        `process b { run env A=1 exabgp healthcheck ${ip} ${b.join(' ')}; }`,
      ].join('\n');
      const result = fromHealthcheck(text, () => ({ ok: true, text: 'debug\nip = 192.0.2.2\n' }));
      if (!result.ok) {
        assert.ok(result.problems.length > 0);
        return;
      }
      const yaml = writeYaml(result.draft, 'x');
      const read = readText(yaml);
      assert.ok(read.ok, `${text}\n${yaml}\n${linesOf(read).join('\n')}`);
      assert.doesNotMatch(yaml, /prefix: [^\n]*:[^\n]*\n[^\n]*\n[^\n]*next_hop: self/u);
    }),
    { numRuns: 300 },
  );
});

test('whatever the text: it is read to its end', () => {
  const piece = constantFrom(
    ...Array.from('{};\n\\"\'#[] '),
    'process a ',
    'run exabgp healthcheck --ip 192.0.2.1 ',
    'sh -c "exabgp healthcheck -c true" ',
    'neighbor ',
    'template ',
    'group ',
    'inherit ',
    'processes ',
  );
  check(
    property(array(piece, { maxLength: 60 }), string(), (pieces, more) => {
      const result = fromHealthcheck(pieces.join('') + more);
      if (result.ok) assert.ok(readText(writeYaml(result.draft, 'x')).ok);
      else assert.ok(result.problems.length > 0);
    }),
    { numRuns: 500 },
  );
});
