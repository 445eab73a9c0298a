import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lastValueFrom, Subject, toArray } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { ActionReport, SinkEvent } from '../../../src/model/report.ts';
import { hashOf } from '../../../src/platform/hash.ts';
import { journal } from '../../../src/sinks/journal/journal.ts';
import { PENDING_MAX } from '../../../src/sinks/journal/writer.ts';
import { config, down, route, server, service, up } from '../../core/fixtures.ts';
import { folder, readLines, replayLines, run } from './harness.ts';

const rules: Config = config({
  services: [service('web', [server('web/10.0.0.1:80'), server('web/10.0.0.2:80')])],
  routes: [route('192.0.2.10/32', 'web')],
});

const action: ActionReport = {
  kind: 'action',
  sink: 'exabgp',
  action: 'announce',
  keys: ['192.0.2.10/32'],
  result: 'sent',
  command: 'announce route 192.0.2.10/32 next-hop self',
  cause: { kind: 'config', atMs: 1 },
  atMs: 2,
};

function open(stateDir: string, fileMaxBytes = 1e9, filesMax = 3): ReturnType<typeof journal> {
  const limits = { fileMaxBytes, filesMax };
  return journal({ stateDir, version: 'test', hashOf, nowMs: () => performance.now(), limits });
}

/** Gives the journal what the pipeline gave a recorder. */
function feed(into: ReturnType<typeof journal>, count: number, from = 0): void {
  for (let n = from; n < from + count; n += 1) {
    const name = n % 2 === 0 ? 'web/10.0.0.1:80' : 'web/10.0.0.2:80';
    into.trace.observed(n % 4 < 2 ? up(name, n) : down(name, n, 'refused\n"\u0007'));
    into.trace.turned(n, null);
  }
}

function until(what: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => void (what() ? resolve() : setTimeout(look, 5));
    look();
  });
}

describe('the journal', () => {
  test('holds what happened when its flow has completed, and passes the events on', async () => {
    const { path, remove } = folder();
    const into = open(path);
    const event$ = new Subject<SinkEvent>();
    const passedOn = lastValueFrom(into.recording(event$).pipe(toArray()));
    into.trace.started(0, rules);
    feed(into, 1000);
    event$.next(action);
    event$.complete();
    const reports = await passedOn;
    assert.deepEqual(
      reports.map((report) => (report.kind === 'state' ? report.state : report.kind)),
      ['action', 'connected'],
    );
    const lines = readLines(path).map((line): unknown => JSON.parse(line));
    assert.equal(lines.length, 2002);
    assert.match(readLines(path)[0] ?? '', /^\{"kind":"start"/u);
    assert.deepEqual(lines.at(-1), action);
    assert.equal(statSync(join(path, 'journal.jsonl')).mode & 0o777, 0o640 & ~process.umask());
    remove();
  });

  test('holds what happened after 100 ms, without an end', async () => {
    const { path, remove } = folder();
    const into = open(path);
    const subscription = into.recording(new Subject()).subscribe();
    into.trace.started(0, rules);
    await until(() => readdirSync(path).length === 1 && readLines(path).length === 1);
    subscription.unsubscribe();
    remove();
  });

  test('goes on after a half line of a crash', async () => {
    const { path, remove } = folder();
    const file = join(path, 'journal.jsonl');
    appendFileSync(file, '{"kind":"turn","atMs":1}\n{"kind":"tu');
    const into = open(path);
    const event$ = new Subject<SinkEvent>();
    const passedOn = lastValueFrom(into.recording(event$), { defaultValue: null });
    into.trace.started(0, rules);
    event$.complete();
    await passedOn;
    const lines = readFileSync(file, 'utf8').split('\n');
    assert.equal(lines[1], '{"kind":"tu');
    assert.match(lines[2] ?? '', /^\{"kind":"start"/u);
    remove();
  });

  test('is rotated by size and bounded in total; the newest file can be replayed alone', async () => {
    const { path, remove } = folder();
    const observations = [
      up('web/10.0.0.1:80', 0),
      ...Array.from({ length: 2000 }, (_, n) =>
        n % 2 === 0 ? down('web/10.0.0.2:80', 10 + n) : up('web/10.0.0.2:80', 10 + n),
      ),
      down('web/10.0.0.2:80', 3000),
      down('web/10.0.0.1:80', 3001),
    ];
    const into = open(path, 10_000);
    const event$ = new Subject<SinkEvent>();
    const passedOn = lastValueFrom(into.recording(event$), { defaultValue: null });
    run(rules, observations, [], () => 0, into.trace);
    event$.complete();
    await passedOn;
    const names = readdirSync(path).toSorted();
    assert.deepEqual(names, ['journal.jsonl', 'journal.jsonl.1', 'journal.jsonl.2']);
    for (const name of names) assert.ok(statSync(join(path, name)).size < 80_000);
    assert.match(readLines(path)[0] ?? '', /^\{"kind":"rotated"/u);
    const { recorded, replayed, replayer } = replayLines(readLines(path), rules);
    assert.ok(replayer.isPartial);
    assert.ok(replayed.length > 0);
    assert.deepEqual(replayed, recorded);
    remove();
  });
});

describe('a disk that is full', () => {
  test('stops nothing, is reported once, and loses nothing that fits into the memory', async () => {
    const { path, remove } = folder();
    const file = join(path, 'journal.jsonl');
    symlinkSync('/dev/full', file);
    const into = open(path);
    const reports: SinkEvent[] = [];
    const subscription = into.recording(new Subject()).subscribe((one) => reports.push(one));
    into.trace.started(0, rules);
    feed(into, 100);
    await until(() => reports.length > 0);
    feed(into, 100, 100);
    rmSync(file);
    await until(() => reports.length > 1);
    assert.deepEqual(
      reports.map((report) => report.kind === 'state' && report.state),
      ['lost', 'connected'],
    );
    await until(() => readLines(path).length === 401);
    subscription.unsubscribe();
    remove();
  });

  test('costs the records beyond the limit, which are counted', async () => {
    const { path, remove } = folder();
    const file = join(path, 'journal.jsonl');
    symlinkSync('/dev/full', file);
    const into = open(path);
    const reports: SinkEvent[] = [];
    const subscription = into.recording(new Subject()).subscribe((one) => reports.push(one));
    await until(() => {
      feed(into, 1000);
      return reports.length > 0;
    });
    feed(into, PENDING_MAX);
    rmSync(file);
    await until(() => reports.some((report) => report.kind === 'notice'));
    await until(() => readLines(path).at(-1)?.startsWith('{"kind":"dropped"') === true);
    const events = reports.flatMap((one) => (one.kind === 'notice' ? [one.event] : []));
    assert.deepEqual(events, ['journal_dropped']);
    assert.ok(readLines(path).length <= PENDING_MAX + 257);
    subscription.unsubscribe();
    remove();
  });
});
