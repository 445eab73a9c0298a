import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { completion } from '../../src/cli/completion.ts';
import { drain } from '../../src/cli/drain.ts';
import { explainLines } from '../../src/cli/explain-text.ts';
import type { JsonRecord } from '../../src/cli/loose-json.ts';
import { lengthText, painter } from '../../src/cli/printable.ts';
import { status } from '../../src/cli/status.ts';
import { statusLines } from '../../src/cli/status-table.ts';
import { tableLines } from '../../src/cli/table.ts';
import { watchLine } from '../../src/cli/watch-text.ts';

const plain = (text: string): string => text;
const wallMs = Date.parse('2026-11-22T03:00:00Z');
const since = '2026-11-22T02:47:55.000Z';

const sample: JsonRecord = {
  node: 'lb-a',
  version: '1.2.3',
  uptime_s: 100,
  config_hash: 'abc',
  drain: null,
  signals: [{ name: 'tor-a', type: 'bfd', state: 'down', reason: 'no reply', since, flaps: 1 }],
  services: [],
  routes: [
    {
      prefix: '192.0.2.10/32',
      state: 'announced',
      med: 100,
      because: `tor-a is down ${'and so on '.repeat(20)}`,
      since,
      confirmed: true,
      drain: { reason: 'kernel', owner: 'al', until: null, progress: { active_connections: 3 } },
    },
  ],
  sinks: [{ name: 'exabgp', state: 'connected', pending: 1, rejected: 2, peer_version: '4.2.21' }],
};

describe('the table of status', () => {
  test('says which servers the IPVS table lacks, and gives them no weight', () => {
    const lacking = { address: '10.0.1.11:443', state: 'up', since, in_table: false, weight: null };
    const services = [{ name: 'web', state: 'up', since, real_servers: [lacking] }];
    const lines = statusLines({ ...sample, services }, plain, wallMs);
    const line = lines.find((each) => each.includes('10.0.1.11')) ?? assert.fail();
    assert.match(line, /up +12m 5s +not in the IPVS table/u);
    assert.doesNotMatch(line, /weight/u);
  });

  test('a refused reload stands above everything, an accepted one does not', () => {
    const at = '2026-11-22T02:57:00.000Z';
    const reason = 'routevane.yaml:3:5 routes[0].when: no signal or service has the name "wbe"';
    const refused = statusLines(
      { ...sample, last_reload: { ok: false, reason, at } },
      plain,
      wallMs,
    );
    assert.equal(refused[1], `the last reload, 3m ago, was refused: ${reason}`.slice(0, 99) + '…');
    const accepted = statusLines(
      { ...sample, last_reload: { ok: true, reason: '', at } },
      plain,
      wallMs,
    );
    assert.deepEqual(accepted, statusLines(sample, plain, wallMs));
  });

  test('has a line for each thing, cut at 100 columns', () => {
    const lines = statusLines(sample, plain, wallMs);
    assert.deepEqual(
      lines.slice(0, -3).map((line) => line.slice(0, 72).trimEnd()),
      [
        'lb-a   routevane 1.2.3   up 1m 40s   configuration abc',
        '',
        'SIGNALS',
        '  tor-a  down  12m 5s  bfd  1 fall  no reply',
        '',
        'ROUTES',
        '  192.0.2.10/32  announced  12m 5s  MED 100  confirmed  in maintenance:',
      ],
    );
    assert.equal(lines.at(-1), '  exabgp  connected  4.2.21  1 pending, 2 rejected');
    for (const line of lines) assert.ok(Array.from(line).length <= 100, line);
  });

  test('says at once that an observer is lost, beside the state that is held', () => {
    const at = (ms: number): string => new Date(wallMs + ms).toISOString();
    const lost = { since: at(-3000), reason: 'socket closed', until: at(7000) };
    const other = { name: 'tor-b', type: 'bfd', state: 'up', reason: '', since, flaps: 0 };
    const signal = { ...other, name: 'tor-a', lost };
    const server = { address: '10.0.1.11:443', state: 'up', since, lost, weight: 1 };
    const services = [{ name: 'web', state: 'up', since, real_servers: [server] }];
    const lines = statusLines({ ...sample, signals: [signal, other], services }, plain, wallMs);
    const words = 'up (observer lost for 3 s: socket closed, held for 7 s more)';
    const from = lines.indexOf('SIGNALS') + 1;
    assert.deepEqual(lines.slice(from, from + 3), [
      `  tor-a  ${words}`,
      '      12m 5s  bfd  0 falls',
      '  tor-b  up  12m 5s  bfd  0 falls',
    ]);
    assert.ok(lines.includes(`      10.0.1.11:443  ${words}`), lines.join('\n'));
    const over = { ...signal, state: 'unknown', reason: 'observer lost: socket closed' };
    const later = statusLines({ ...sample, signals: [over] }, plain, wallMs + 600_000);
    assert.equal(later[from], '  tor-a  unknown (observer lost for 10m 3s: socket closed)');
    assert.equal(later[from + 1], '      22m 5s  bfd  0 falls');
    const long = { ...signal, lost: { ...lost, reason: 'x'.repeat(200) } };
    for (const line of statusLines({ ...sample, signals: [long] }, plain, wallMs)) {
      assert.ok(line.length <= 100, line);
    }
  });

  test('keeps each column and the reason where names are long', () => {
    const name = 'n'.repeat(60);
    const service = {
      name,
      state: 'down',
      since,
      virtual: '[2001:db8:1234:5678:9abc:def0:1234:5678]:44300/tcp',
      capacity_pct: 33,
      quorum: 2,
      reason: '1 of 3 servers up: 10.0.1.12:443 refused',
    };
    const route = { prefix: '2001:db8:1234:5678:9abc:def0:1234:5678/128', state: 'withdrawn' };
    const long = {
      ...sample,
      services: [service],
      routes: [{ ...route, since, because: 'web is down (0 of 3 servers up)' }],
    };
    const lines = statusLines(long, plain, wallMs);
    for (const line of lines) assert.ok(Array.from(line).length <= 100, line);
    const row = lines.findIndex((line) => line.startsWith('  nnnn'));
    assert.match(lines[row] ?? '', /^ {2}n+… {2}down {2}12m 5s {2}\[2001:.*… {2}capacity 33%$/u);
    assert.equal(lines[row + 1], '      quorum 2; 1 of 3 servers up: 10.0.1.12:443 refused');
    const at = lines.findIndex((line) => line.includes(`${route.prefix}  withdrawn  12m 5s`));
    assert.equal(lines[at + 1], '      web is down (0 of 3 servers up)');
  });

  test('is as wide as it may be whatever the daemon says, and steers no terminal', () => {
    const anything = fc.array(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }));
    fc.assert(
      fc.property(anything, (rows) => {
        for (const line of tableLines(rows, '  ', 100)) {
          assert.ok(Array.from(line).length <= 100);
          assert.match(line, /^\P{C}*$/u);
        }
      }),
    );
  });

  test('stands whatever the daemon answers', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(sample)), fc.jsonValue()),
        (value) => {
          for (const line of statusLines(value, plain, wallMs)) assert.match(line, /^\P{C}*$/u);
        },
      ),
    );
  });

  test('has colours on a terminal only, and not against the reader', () => {
    const { NO_COLOR: before } = process.env;
    delete process.env['NO_COLOR'];
    assert.equal(painter({ isTTY: false })('up', 'green'), 'up');
    assert.equal(painter({ isTTY: true })('up', 'green'), '\u001b[32mup\u001b[0m');
    process.env['NO_COLOR'] = '1';
    assert.equal(painter({ isTTY: true })('up', 'green'), 'up');
    delete process.env['NO_COLOR'];
    if (before !== undefined) process.env['NO_COLOR'] = before;
  });
});

describe('explain', () => {
  test('tells each step with its time, cause, counters and maintenance', () => {
    const chain = {
      kind: 'route',
      name: '192.0.2.10/32',
      state: 'withdrawn',
      because: 'web is down',
      since,
      counters: [],
      parts: [
        {
          kind: 'service',
          name: 'web',
          state: 'down',
          because: '0 of 1 servers up',
          since,
          cause: {
            kind: 'observation',
            signal: 'web/a',
            state: 'down',
            reason: 'refused\u001b[2J',
            at: since,
          },
          counters: [
            { label: 'servers up', value: '0 of 1' },
            { label: 'falls', value: '3' },
          ],
          drain: { reason: '', owner: 'al', until: null },
          parts: [],
        },
      ],
    };
    const lines = explainLines(chain, plain, wallMs).map((line) =>
      line.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d\.\d{3}/gu, 'TIME'),
    );
    assert.deepEqual(lines, [
      'route 192.0.2.10/32 is withdrawn for 12m 5s, since TIME.',
      '  web is down.',
      '  service web is down for 12m 5s, since TIME.',
      '    0 of 1 servers up.',
      '    It is in maintenance: no reason given (al).',
      '    Cause: at TIME web/a was seen down: refused?[2J.',
      '    Counters: servers up 0 of 1, falls 3.',
    ]);
  });
});

test('watch has one printable line for whatever comes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        'snapshot',
        'observation',
        'health',
        'decision',
        'weight',
        'action',
        'drain',
        'new',
      ),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (type, rest) => assert.match(watchLine({ ...rest, type }), /^\P{C}+$/u),
    ),
  );
});

test('lengths have two units at most', () => {
  const cases: readonly (readonly [number, string])[] = [
    [-5, '0s'],
    [999, '0s'],
    [42_000, '42s'],
    [725_000, '12m 5s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [273_600_000, '3d 4h'],
  ];
  for (const [ms, text] of cases) assert.equal(lengthText(ms), text);
});

test('completion knows every command and option, and bash takes it', async (t) => {
  const written: string[] = [];
  t.mock.method(process.stdout, 'write', (text: string) => written.push(text));
  await completion(() => [status, drain]).run({}, ['bash']);
  await completion(() => [status, drain]).run({}, ['zsh']);
  t.mock.restoreAll();
  const [script = '', zsh = ''] = written;
  for (const word of ['status', 'drain', '--json', '--reason', '--wait', '--socket']) {
    assert.ok(script.includes(word) && zsh.includes(word), word);
  }
  const ask = `${script}\nCOMP_WORDS=(routevane drain --re); COMP_CWORD=2; _routevane; echo "\${COMPREPLY[@]}"`;
  const bash = spawnSync('bash', ['-c', ask], { encoding: 'utf8' });
  assert.deepEqual([bash.stdout, bash.stderr], ['--reason\n', '']);

  const folder = mkdtempSync(join(tmpdir(), 'routevane-completion-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'two words.yaml'), '');
  const file = `${script}\nCOMP_WORDS=(routevane status tw); COMP_CWORD=2; _routevane; printf '<%s>' "\${COMPREPLY[@]}"`;
  const found = spawnSync('bash', ['-c', file], { cwd: folder, encoding: 'utf8' });
  assert.deepEqual([found.stdout, found.stderr], ['<two words.yaml>', '']);
});
