import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { BehaviorSubject, NEVER, Subject } from 'rxjs';
import type { SinkEvent } from '../../../src/model/report.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { exabgp } from '../../../src/sinks/exabgp/exabgp.ts';
import { until } from '../../e2e/until.ts';
import { FakeCore, config } from './sample.ts';

const prefix = '192.0.2.10/32';
/** Only a failure takes so long. */
const TIMEOUT_MS = 30_000;

describe('the sink as a whole', () => {
  test('without a stdin it writes at once and completes with its turns', async () => {
    const stdout = new PassThrough();
    const turn$ = new Subject<Turn>();
    const reports: SinkEvent[] = [];
    let complete = false;
    exabgp(
      new BehaviorSubject(config([prefix])),
      turn$,
      { stdin: null, stdout },
      () => {},
    ).subscribe({
      next: (report) => reports.push(report),
      complete: () => (complete = true),
    });
    const core = new FakeCore();
    turn$.next(core.turn({ [prefix]: 100 }));
    await until(() => stdout.readableLength > 0, TIMEOUT_MS, 'a line');
    turn$.next(core.turn({ [prefix]: 'withdrawn' }));
    turn$.complete();
    await until(() => complete, TIMEOUT_MS, 'complete');
    assert.equal(
      String(stdout.read()),
      `announce route ${prefix} next-hop self med 100\nwithdraw route ${prefix} next-hop self\n`,
    );
    assert.ok(reports[0]?.kind === 'state' && reports[0].state === 'connected');
  });

  test('the end of stdin is the end of everything, without a drain', async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    let complete = false;
    const reports: SinkEvent[] = [];
    exabgp(new BehaviorSubject(config([prefix])), NEVER, { stdin, stdout }, () => {}).subscribe({
      next: (report) => reports.push(report),
      complete: () => (complete = true),
    });
    await until(() => stdout.readableLength > 0, TIMEOUT_MS, 'the barrier');
    stdin.end();
    await until(() => complete, TIMEOUT_MS, 'complete');
    const last = reports.at(-1);
    assert.ok(last?.kind === 'state' && last.state === 'lost');
  });

  test('an ExaBGP that shuts down is not waited for: it waits for us', async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    let complete = false;
    const reports: SinkEvent[] = [];
    exabgp(new BehaviorSubject(config([prefix])), NEVER, { stdin, stdout }, () => {}).subscribe({
      next: (report) => reports.push(report),
      complete: () => (complete = true),
    });
    await until(() => stdout.readableLength > 0, TIMEOUT_MS, 'the barrier');
    stdin.write(
      '{"exabgp":"4.0.1","time":1,"host":"lb","pid":1,"ppid":0,"counter":1,"type":"notification","notification":"shutdown"}\n',
    );
    await until(() => complete, TIMEOUT_MS, 'complete');
    const last = reports.at(-1);
    assert.ok(last?.kind === 'state' && last.state === 'lost');
    assert.equal(stdin.listenerCount('data'), 0);
  });

  test('an output that is off reports it, writes nothing and completes with its turns', async () => {
    const stdout = new PassThrough();
    const turn$ = new Subject<Turn>();
    const reports: SinkEvent[] = [];
    let complete = false;
    const config$ = new BehaviorSubject({ ...config([prefix]), exabgp: { via: 'off' } as const });
    exabgp(config$, turn$, { stdin: null, stdout }, () => {}).subscribe({
      next: (report) => reports.push(report),
      complete: () => (complete = true),
    });
    turn$.next(new FakeCore().turn({ [prefix]: 100 }));
    turn$.complete();
    assert.ok(complete);
    assert.equal(stdout.readableLength, 0);
    assert.deepEqual(
      reports.map((report) => report.kind === 'state' && report.state),
      ['off'],
    );
  });

  test('a damaged list of announced routes is reported, and the sink goes on', async (t) => {
    const stateDir = mkdtempSync(join(tmpdir(), 'routevane-exabgp-'));
    t.after(() => rmSync(stateDir, { recursive: true }));
    writeFileSync(join(stateDir, 'exabgp-routes.json'), '{"announced":');
    const stdout = new PassThrough();
    const messages: string[] = [];
    const subscription = exabgp(
      new BehaviorSubject(config([prefix], {}, stateDir)),
      NEVER,
      { stdin: new PassThrough(), stdout },
      () => {},
    ).subscribe((event) => {
      if (event.kind === 'notice' && event.event === 'state_unusable') messages.push(event.message);
    });
    t.after(() => subscription.unsubscribe());
    await until(() => stdout.readableLength > 0, TIMEOUT_MS, 'the barrier');
    assert.equal(messages.length, 1);
    assert.match(messages[0] ?? '', /moved to .*exabgp-routes\.json\.damaged$/u);
  });

  test('unsubscribing leaves nothing behind', async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const turn$ = new Subject<Turn>();
    const config$ = new BehaviorSubject(config([prefix]));
    const subscription = exabgp(config$, turn$, { stdin, stdout }, () => {}).subscribe();
    await until(() => stdout.readableLength > 0, TIMEOUT_MS, 'the barrier');
    subscription.unsubscribe();
    assert.equal(turn$.observed, false);
    assert.equal(config$.observed, false);
    assert.equal(stdin.listenerCount('data'), 0);
  });
});
