import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fromHealthcheck } from '../../../src/cli/import/from-healthcheck.ts';
import { options, type Option } from '../../../src/cli/import/healthcheck-options.ts';
import { GivenOptions } from '../../../src/cli/import/healthcheck-words.ts';
import { noteText } from '../../../src/cli/import/draft.ts';
import { exabgpPython } from './python.ts';

const page = readFileSync(new URL('../../../docs/migrating.md', import.meta.url), 'utf8');

/** The healthcheck of the ExaBGP that is installed. */
const python = exabgpPython();
const help = execFileSync(python, ['-m', 'exabgp', 'healthcheck', '--help'], { encoding: 'utf8' });

/** `--name NAME, -n NAME  name for …` → its names, and what each takes. */
function optionsOfHelp(text: string): Pick<Option, 'names' | 'takes'>[] {
  return text.split('\n').flatMap((line) => {
    const named = /^ {2}(-[^ ]+(?: [A-Z[\]]+)?(?:, -[^ ]+(?: [A-Z[\]]+)?)*)(?: {2}|$)/u.exec(
      line,
    )?.[1];
    if (named === undefined) return [];
    const each = named.split(', ');
    const [first = '', ...more] = each
      .map((part) => part.split(' ')[0] ?? '')
      .toSorted((a, b) => Number(b.startsWith('--')) - Number(a.startsWith('--')));
    const [, value] = named.split(/[ ,]/u);
    const takes = value?.startsWith('[') === true ? 'value or nothing' : 'value';
    return [{ names: [first, ...more], takes: /[A-Z]/u.test(value ?? '') ? takes : 'nothing' }];
  });
}

describe('the options of healthcheck', () => {
  test('the table has all of the one that is installed, and knows what they take', () => {
    const real = optionsOfHelp(help);
    assert.ok(real.length > 40, help);
    const ours = options
      .filter(({ since }) => since !== '5.0')
      .map(({ names, takes }) => ({ names, takes }));
    assert.deepEqual(sorted(real), sorted(ours));
  });

  test('the page has a row for each, with what becomes of it', () => {
    const rows = [...page.matchAll(/^\| (`-.*?`) +\| (kept|changed|left out) +\|/gmu)].map(
      ([, names = '', fate = '']) => [names, fate],
    );
    const fates = rows.map(([names, fate]) => [names, fate === 'left out']);
    assert.deepEqual(
      fates,
      options.map((option) => [
        option.names.map((name) => `\`${name}\``).join(' '),
        isLeftOut(option),
      ]),
    );
  });

  test('words mean what they mean for argparse', () => {
    const parse = `
import contextlib, io, json, sys
from exabgp.application import healthcheck
for words in json.load(sys.stdin):
    sys.argv = ['healthcheck'] + words
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            o = vars(healthcheck.parse())
        print(json.dumps({k: o[k] for k in ('silent', 'debug', 'no_ack', 'name', 'interval', 'command', 'up_metric', 'label', 'syslog_facility', 'disable', 'withdraw_on_down')}))
    except SystemExit:
        print('null')
`;
    const lines = execFileSync(python, ['-c', parse], {
      input: JSON.stringify(commandLines),
      encoding: 'utf8',
    });
    const theirs = lines
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    assert.deepEqual(commandLines.map(meaningOf), theirs);
  });
});

const commandLines: readonly (readonly string[])[] = [
  [],
  ['-s', '-n', 'svc', '-a', '-i', '2', '-c', 'true'],
  ['-sd'],
  ['-sa', '-nsvc'],
  ['-sF/dev/null'],
  ['-sF', '-n', 'x'],
  ['-sF', 'user'],
  ['-dsF', '/dev/null', '-nsvc'],
  ['-sF=local1'],
  ['-i2.5', '--up-metric', '0'],
  ['--up-metric', '-5'],
  ['--up-metric=-5'],
  ['-n=a=b'],
  ['--name=a=b'],
  ['--cmd', '-x y'],
  ['--cmd=-x'],
  ['--cmd', '-x'],
  ['--cmd'],
  ['--comm', 'x'],
  ['--comma', 'x'],
  ['--int', '3'],
  ['--up-m', '7'],
  ['--lab', 'x'],
  ['--with'],
  ['--withdraw-on-down=1'],
  ['--disable', '/x', '--name', 'a', '--name', 'b'],
  ['stray'],
  ['--nonsense'],
  ['-x'],
  ['--syslog-facility'],
  ['--sysl=x'],
  ['--name', ''],
  ['--name', '-'],
];

/** `null`: argparse would refuse it. */
function meaningOf(words: readonly string[]): unknown {
  const given = new GivenOptions(words.map((text) => ({ text, line: 1 })));
  given.has('--config');
  const number = (name: string, otherwise: number): number => Number(given.last(name) ?? otherwise);
  const meaning = {
    silent: given.has('--silent'),
    debug: given.has('--debug'),
    no_ack: given.has('--no-ack'),
    name: given.last('--name'),
    interval: number('--interval', 5),
    command: given.last('--command'),
    up_metric: number('--up-metric', 100),
    label: given.last('--label'),
    syslog_facility: given.last('--syslog-facility') ?? 'daemon',
    disable: given.last('--disable'),
    withdraw_on_down: given.has('--withdraw-on-down'),
  };
  // --silent and --syslog-facility exclude each other, of which nothing depends here.
  const isExclusive = given.has('--silent') && given.has('--syslog-facility');
  return given.unread().length > 0 || isExclusive ? null : meaning;
}

/** Whether it is reported as left out where it is given. */
function isLeftOut({ names: [name], takes }: Option): boolean {
  const values: Readonly<Record<string, string>> = {
    '--ip': '192.0.2.9',
    '--next-hop': '10.0.0.1',
    '--neighbor': '10.0.0.1',
    '--community': '65000:1',
    '--large-community': '1:2:3',
    '--extended-community': 'target:1:2',
  };
  const value = takes === 'value' ? (values[name] ?? '1') : '';
  const text = `process a { run exabgp healthcheck --cmd true --ip 192.0.2.1 ${name} ${value}; }`;
  const result = fromHealthcheck(text, () => ({ ok: true, text: '' }));
  assert.ok(result.ok);
  const notes = [...(result.draft.signals ?? []), ...result.draft.routes].flatMap(
    (each) => each.notes,
  );
  return notes.some(
    (note) => noteText(note).startsWith(`1: ${name}`) && /left out/u.test(noteText(note)),
  );
}

function sorted(all: readonly Pick<Option, 'names' | 'takes'>[]): string[] {
  return all.map(({ names, takes }) => `${names.toSorted().join(' ')}: ${takes}`).toSorted();
}
