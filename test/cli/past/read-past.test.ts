import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { lastValueFrom, Subject } from 'rxjs';
import { journalPast } from '../../../src/cli/past/read-past.ts';
import type { PastEvent } from '../../../src/model/past.ts';
import type { ActionReport, SinkEvent } from '../../../src/model/report.ts';
import { hashOf } from '../../../src/platform/hash.ts';
import { journal, JOURNAL_NAME } from '../../../src/sinks/journal/journal.ts';
import { config, down, route, server, service, up } from '../../core/fixtures.ts';
import { run } from '../../sinks/journal/harness.ts';
import {
  at,
  cause,
  drain,
  head,
  health,
  hourMs,
  line,
  place,
  readAll,
  span,
  toWallMs,
  wordsOf,
} from './fixtures.ts';

const rules = config({
  services: [service('web', [server('web/10.0.0.1:80'), server('web/10.0.0.2:80')])],
  routes: [route('192.0.2.10/32', 'web')],
});

const control = (agoMs: number, what: object): string =>
  line({ kind: 'control', ...at(agoMs), control: what });

describe('the journal of earlier processes', () => {
  test('gives back what the pipeline and the sinks recorded, with its times', async (context) => {
    const file = place(context);
    const stateDir = file.slice(0, -JOURNAL_NAME.length - 1);
    const into = journal({ stateDir, version: 'test', hashOf, nowMs: () => performance.now() });
    const report$ = new Subject<SinkEvent>();
    const ended = lastValueFrom(into.recording(report$), { defaultValue: null });
    const observations = ['web/10.0.0.1:80', 'web/10.0.0.2:80'].flatMap((name) => [
      up(name, 10),
      down(name, 20, 'refused\n"\u0007'),
    ]);
    run(
      rules,
      observations,
      [{ atMs: 30, control: { kind: 'drain', drain: { ...drain, sinceMs: 30 } } }],
      () => 0,
      into.trace,
    );
    const action: ActionReport = {
      kind: 'action',
      sink: 'exabgp',
      action: 'withdraw',
      keys: ['192.0.2.10/32'],
      result: 'sent',
      command: 'withdraw route 192.0.2.10/32',
      cause: { kind: 'observation', observation: down('web/10.0.0.2:80', 20, 'refused') },
      atMs: 21,
    };
    report$.next(action);
    report$.complete();
    await ended;
    const toMs = Date.now() + 60_000;
    const events: PastEvent[] = [];
    const walls: number[] = [];
    const problem = await journalPast(file)(
      { ...span, fromWallMs: toMs - hourMs, toWallMs: toMs },
      (event, clock) => {
        events.push(event);
        walls.push(clock.wallMs - clock.atMs);
      },
      new AbortController().signal,
    );
    assert.equal(problem, null);
    assert.deepEqual(
      events.map((event) => wordsOf(event).what).filter((what) => /^(web|drain)/u.test(what)),
      [
        'web/10.0.0.1:80 up',
        'web/10.0.0.2:80 up',
        'web up',
        'web/10.0.0.1:80 down',
        'web/10.0.0.2:80 down',
        'web down',
        'drain begun web by ana',
      ],
    );
    assert.deepEqual(events.at(-1), { kind: 'action', report: action });
    const recorded = events.flatMap((event) => (event.kind === 'decision' ? [event.decision] : []));
    assert.deepEqual(
      recorded.map(({ to, because }) => [to, because !== '']),
      [
        ['announced', true],
        ['withdrawn', true],
      ],
    );
    for (const wallMs of walls)
      assert.ok(Math.abs(wallMs - (Date.now() - performance.now())) < 5000);
  });

  test('is read across rotated files, an hour and no more, each process by its own clock', async (context) => {
    const file = place(context);
    writeFileSync(`${file}.1`, head() + health('a', hourMs + 1) + health('b', hourMs - 1));
    const known = line({
      kind: 'control',
      ...at(5),
      control: { kind: 'drain', drain: { ...drain, sinceMs: at(5).atMs } },
    });
    writeFileSync(
      file,
      head('rotated') +
        known +
        line({ kind: 'continued', ...at(5) }) +
        health('c', 4) +
        line({
          kind: 'start',
          format: 1,
          atMs: 100,
          wallMs: toWallMs - 3,
          node: '',
          version: '',
          config: '',
        }) +
        line({ kind: 'health', name: 'd', from: 'up', to: 'down', reason: '', atMs: 101, cause }) +
        line({
          kind: 'health',
          name: 'later',
          from: 'up',
          to: 'down',
          reason: '',
          atMs: 104,
          cause,
        }),
    );
    assert.deepEqual(await readAll(file), {
      events: [
        ['b down', toWallMs - hourMs + 1],
        ['c down', toWallMs - 4],
        ['d down', toWallMs - 2],
      ],
      problem: null,
    });
  });

  test('shows a drain where it began and ended, and not where a start takes it up again', async (context) => {
    const file = place(context);
    writeFileSync(
      file,
      head() +
        control(50, { kind: 'drain', drain: { ...drain, name: 'old', sinceMs: -hourMs } }) +
        control(40, { kind: 'drain', drain: { ...drain, sinceMs: at(41).atMs } }) +
        control(30, { kind: 'undrain', name: 'web', owner: 'ben' }) +
        control(20, { kind: 'undrain', name: 'old', owner: 'ben' }) +
        control(10, { kind: 'stop' }),
    );
    const { events, problem } = await readAll(file);
    assert.equal(problem, null);
    assert.deepEqual(
      events.map(([what]) => what),
      ['drain begun web by ana', 'drain ended web by ben', 'drain ended old by ben'],
    );
  });

  test('gives only the newest where there is more than is asked for', async (context) => {
    const file = place(context);
    writeFileSync(`${file}.1`, head() + health('a', 9));
    const action = { kind: 'action', sink: 'exabgp', action: 'withdraw', keys: [], result: 'sent' };
    const sent = line({ ...action, command: 'withdraw', cause, ...at(7) });
    writeFileSync(file, head() + health('b', 8) + sent + health('c', 6) + health('d', 5));
    const few = { ...span, changesMax: 2, actionsMax: 1 };
    const { events } = await readAll(file, new AbortController().signal, few);
    assert.deepEqual(
      events.map(([what]) => what),
      ['withdraw', 'c down', 'd down'],
    );
  });

  test('that is not there, or is old, is nothing', async (context) => {
    const file = place(context);
    assert.deepEqual(await readAll(file), { events: [], problem: null });
    writeFileSync(file, '');
    assert.deepEqual(await readAll(file), { events: [], problem: null });
    writeFileSync(file, head() + health('a', 1));
    utimesSync(file, 0, span.fromWallMs / 1000 - 1);
    assert.deepEqual(await readAll(file), { events: [], problem: null });
  });

  test('may end with half a line, and may have one before a start', async (context) => {
    const file = place(context);
    writeFileSync(file, `${head()}${health('a', 9)}{"kind":"hea\n${head()}${health('b', 8)}{"kin`);
    const { events, problem } = await readAll(file);
    assert.deepEqual(
      events.map(([what]) => what),
      ['a down', 'b down'],
    );
    assert.equal(problem, null);
  });
});
