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
import { painter } from '../../src/cli/printable.ts';
import { schema } from '../../src/cli/schema.ts';
import { status } from '../../src/cli/status.ts';
import { statusLines } from '../../src/cli/status-table.ts';
import { tableLines } from '../../src/cli/table.ts';
import { watchLine } from '../../src/cli/watch-text.ts';
import { streamMessage, type ApiEvent } from '../../src/protocol/api-events.ts';
import { fitted } from '../../src/protocol/api-read.ts';
import { statusAnswer as statusSchema } from '../../src/protocol/api.ts';
import {
  apiDrain,
  apiRoute,
  apiServer,
  apiService,
  apiSignal,
  apiSink,
  apiStatus,
  apiStep,
  since,
} from '../api-samples.ts';

const plain = (text: string): string => text;
const wallMs = Date.parse('2026-11-22T03:00:00Z');

const progress = { active_connections: 3, deadline: null, unconfirmed_routes: 0 };

const sample = apiStatus({
  signals: [apiSignal({ state: 'down', reason: 'no reply', flaps: 1 })],
  routes: [
    apiRoute({
      because: `tor-a is down ${'and so on '.repeat(20)}`,
      drain: apiDrain({ reason: 'kernel', progress }),
    }),
  ],
  sinks: [apiSink({ pending: 1, rejected: 2 })],
});

describe('the table of status', () => {
  test('says which servers the IPVS table lacks, and gives them no weight', () => {
    const lacking = apiServer({ in_table: false, weight: null });
    const services = [apiService({ real_servers: [lacking] })];
    const lines = statusLines({ ...sample, services }, plain, wallMs);
    const line = lines.find((each) => each.includes('10.0.1.11')) ?? assert.fail();
    assert.match(line, /up +12 min 5 s +not in the IPVS table/u);
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
    assert.equal(
      refused[1],
      `the last reload, 3 min ago, was refused: ${reason}`.slice(0, 99) + '…',
    );
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
        'lb-a   routevane 1.2.3   up 1 min 40 s   configuration abc',
        '',
        'SIGNALS',
        '  tor-a  down  12 min 5 s  bfd  1 fall  no reply',
        '',
        'ROUTES',
        '  192.0.2.10/32  announced  12 min 5 s  MED 100  confirmed  in maintenan',
      ],
    );
    assert.equal(lines.at(-1), '  exabgp  connected  4.2.21  1 pending, 2 rejected');
    for (const line of lines) assert.ok(Array.from(line).length <= 100, line);
  });

  test('says at once that an observer is lost, beside the state that is held', () => {
    const at = (ms: number): string => new Date(wallMs + ms).toISOString();
    const lost = { since: at(-3000), reason: 'socket closed', until: at(7000) };
    const other = apiSignal({ name: 'tor-b' });
    const signal = { ...other, name: 'tor-a', lost };
    const services = [
      apiService({ real_servers: [apiServer({ lost, weight: 1, base_weight: 1 })] }),
    ];
    const lines = statusLines({ ...sample, signals: [signal, other], services }, plain, wallMs);
    const words = 'up (observer lost for 3 s: socket closed, held for 7 s more)';
    const from = lines.indexOf('SIGNALS') + 1;
    assert.deepEqual(lines.slice(from, from + 3), [
      `  tor-a  ${words}`,
      '      12 min 5 s  bfd  0 falls',
      '  tor-b  up  12 min 5 s  bfd  0 falls',
    ]);
    assert.ok(lines.includes(`      10.0.1.11:443  ${words}`), lines.join('\n'));
    const over = { ...signal, state: 'unknown' as const, reason: 'observer lost: socket closed' };
    const later = statusLines({ ...sample, signals: [over] }, plain, wallMs + 600_000);
    assert.equal(later[from], '  tor-a  unknown (observer lost for 10 min 3 s: socket closed)');
    assert.equal(later[from + 1], '      22 min 5 s  bfd  0 falls');
    const long = { ...signal, lost: { ...lost, reason: 'x'.repeat(200) } };
    for (const line of statusLines({ ...sample, signals: [long] }, plain, wallMs)) {
      assert.ok(line.length <= 100, line);
    }
  });

  test('keeps each column and the reason where names are long', () => {
    const name = 'n'.repeat(60);
    const service = apiService({
      name,
      state: 'down',
      virtual: '[2001:db8:1234:5678:9abc:def0:1234:5678]:44300/tcp',
      capacity_pct: 33,
      quorum: 2,
      reason: '1 of 3 servers up: 10.0.1.12:443 refused',
    });
    const prefix = '2001:db8:1234:5678:9abc:def0:1234:5678/128';
    const because = 'web is down (0 of 3 servers up)';
    const long = {
      ...sample,
      services: [service],
      routes: [apiRoute({ prefix, state: 'withdrawn', because })],
    };
    const lines = statusLines(long, plain, wallMs);
    for (const line of lines) assert.ok(Array.from(line).length <= 100, line);
    const row = lines.findIndex((line) => line.startsWith('  nnnn'));
    assert.match(
      lines[row] ?? '',
      /^ {2}n+… {2}down {2}12 min 5 s {2}\[2001:.*… {2}capacity 33%$/u,
    );
    assert.equal(lines[row + 1], '      quorum 2; 1 of 3 servers up: 10.0.1.12:443 refused');
    const at = lines.findIndex((line) => line.includes(`${prefix}  withdrawn  12 min 5 s`));
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

  test('is made only of what has the form of a status', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(sample)), fc.jsonValue()),
        (parts) => {
          const read = fitted(statusSchema, { ...sample, ...parts });
          if (!read.ok) return;
          for (const line of statusLines(read.value, plain, wallMs)) {
            assert.match(line, /^\P{C}*$/u);
          }
        },
      ),
    );
    const [route] = sample.routes;
    const other = fitted(statusSchema, { ...sample, routes: [{ ...route, med: 'low' }] });
    assert.match(other.ok ? '' : other.message, / \(routes\.0\.med\): is the running daemon of/u);
    assert.ok(fitted(statusSchema, { ...sample, newer: 1 }).ok);
  });

  test('says that a server was removed from the IPVS table', () => {
    const services = [
      apiService({ real_servers: [apiServer({ state: 'down', weight: 0, removed: true })] }),
    ];
    const lines = statusLines(apiStatus({ services }), plain, wallMs);
    assert.match(lines.join('\n'), /down +12 min 5 s +weight 0 of 100, removed/u);
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
  test('says each step with its time, cause, counters and maintenance', () => {
    const cause = {
      kind: 'observation',
      signal: 'web/a',
      state: 'down',
      reason: 'refused\u001b[2J',
      at: since,
    } as const;
    const counters = [
      { label: 'servers up', value: '0 of 1' },
      { label: 'falls', value: '3' },
    ];
    const service = apiStep({ state: 'down', because: '0 of 1 servers up', cause, counters });
    const chain = apiStep({
      kind: 'route',
      name: '192.0.2.10/32',
      state: 'withdrawn',
      because: 'web is down',
      parts: [{ ...service, drain: apiDrain() }],
    });
    const lines = explainLines(chain, plain, wallMs).map((line) =>
      line.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d\.\d{3}/gu, 'TIME'),
    );
    assert.deepEqual(lines, [
      'route 192.0.2.10/32 is withdrawn for 12 min 5 s, since TIME.',
      '  web is down.',
      '  service web is down for 12 min 5 s, since TIME.',
      '    0 of 1 servers up.',
      '    It is in maintenance: no reason given (al).',
      '    Cause: at TIME web/a was observed down: refused [2J.',
      '    Counters: servers up 0 of 1, falls 3.',
    ]);
  });
});

test('watch has one printable line for each kind of event', () => {
  const at = since;
  const cause = { kind: 'config', at } as const;
  const removed = { from: 100, to: 0, removed: true } as const;
  const fields = { port: 443 };
  const events: readonly (readonly [event: ApiEvent, line: RegExp])[] = [
    [
      {
        type: 'weight',
        seq: 1,
        at,
        server: 'web/a',
        service: 'web',
        ...removed,
        because: 'down',
        cause,
      },
      /weight +web\/a is removed from the IPVS table: down$/u,
    ],
    [
      { type: 'notice', seq: 2, at, level: 'warn', event: 'x', message: 'm\n', sink: null, fields },
      /notice +warn: m {2}\{"port":443\}$/u,
    ],
    [{ type: 'skipped', seq: 3, at, count: 7 }, /skipped +7 events were skipped/u],
  ];
  for (const [event, line] of events) {
    assert.ok(fitted(streamMessage, event).ok, JSON.stringify(event));
    assert.match(watchLine(event), line);
  }
});

test('completion knows every command and option, and bash takes it', async (t) => {
  const written: string[] = [];
  t.mock.method(process.stdout, 'write', (text: string) => written.push(text));
  await completion(() => [status, drain, schema]).run({}, ['bash']);
  await completion(() => [status, drain, schema]).run({}, ['zsh']);
  t.mock.restoreAll();
  const [script = '', zsh = ''] = written;
  for (const word of ['status', 'drain', '--json', '--reason', '--wait', '--socket', '--api']) {
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
