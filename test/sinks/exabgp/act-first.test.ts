import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { BehaviorSubject, Subject } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { exabgp } from '../../../src/sinks/exabgp/exabgp.ts';
import { confirmed, connected, Drive, inKernel, stdio, table, withIpvs } from '../../core/drive.ts';
import { down, route, up } from '../../core/fixtures.ts';
import { until } from '../../e2e/until.ts';
import { FakeCore, config as configOf } from './sample.ts';
import { SessionRig } from './session-rig.ts';

const prefix = '192.0.2.10/32';
const announce = `announce route ${prefix} next-hop self med 100`;
const withdraw = `withdraw route ${prefix} next-hop self`;
const lastWeightFalls = ['weight web/a 0'];

/** Only a failure takes so long. */
const TIMEOUT_MS = 30_000;

/**
 * The core and the sink as the daemon joins them: turns go to the session, and its reports come
 * back as controls. Everything that happens is noted in one list.
 */
class CoreAndSink {
  readonly notes: string[] = [];
  readonly sink: SessionRig;
  readonly #config: Config;
  readonly #core: Drive;
  readonly #controls: Control[] = [];
  #turns = 0;

  constructor() {
    this.#config = withIpvs({
      exabgp: stdio,
      services: [inKernel([10])],
      routes: [route(prefix, 'web', { drainMs: 0 })],
    });
    this.#core = new Drive(this.#config, connected, table({ 'web/a': 10 }));
    this.sink = new SessionRig(
      { isAcknowledged: false, hasEvents: false },
      {
        written: (line) => this.notes.push(`written ${line}`),
        reported: (report) => {
          if (report.kind === 'action') this.notes.push(`${report.result} ${report.command}`);
        },
        feedback: (feedback) => this.#controls.push(feedback),
      },
    );
  }

  /** Up to the point where the route is announced. */
  async open(): Promise<void> {
    await this.sink.session.configure(this.#config);
    this.connect();
    this.at(10, up('web/a', 10));
    this.at(20, confirmed({ 'web/a': 10 }));
    assert.deepEqual(this.take().slice(-2), [`written ${announce}`, `sent ${announce}`]);
  }

  connect(): void {
    this.sink.session.transportEvent({ kind: 'opened' });
    this.sink.advance(0);
    this.follow();
  }

  at(atMs: number, ...inputs: Parameters<Drive['at']>[1][]): void {
    this.#core.at(atMs, ...inputs);
    this.follow(atMs);
  }

  /** Turns go to the sink until nothing follows from its reports any more. */
  follow(atMs = this.#core.last?.atMs ?? 0): void {
    for (;;) {
      const turns = this.#core.turns.slice(this.#turns);
      this.#turns = this.#core.turns.length;
      for (const turn of turns) this.#turn(turn);
      if (this.#controls.length === 0) return;
      this.#core.at(atMs, ...this.#controls.splice(0));
    }
  }

  /** What has happened since the last call. */
  take(): readonly string[] {
    return this.notes.splice(0);
  }

  #turn(turn: Turn): void {
    for (const { server, to } of turn.weightDecisions) this.notes.push(`weight ${server} ${to}`);
    this.sink.turn(turn);
  }
}

async function opened(): Promise<CoreAndSink> {
  const both = new CoreAndSink();
  await both.open();
  return both;
}

describe('a withdraw is handed over before it is reported, and before a weight of its cause falls', () => {
  test('where the transport takes it at once', async () => {
    const both = await opened();
    both.at(100, down('web/a', 100));
    assert.deepEqual(both.take(), [`written ${withdraw}`, `sent ${withdraw}`, ...lastWeightFalls]);
  });

  test('where the transport has no room for a while', async () => {
    const both = await opened();
    both.sink.transport.isReady = false;
    both.at(100, down('web/a', 100));
    both.at(1099);
    assert.deepEqual(both.take(), []);
    both.sink.drain();
    both.follow();
    assert.deepEqual(both.take(), [`written ${withdraw}`, `sent ${withdraw}`, ...lastWeightFalls]);
  });

  test('where the transport refuses it and comes back', async () => {
    const both = await opened();
    both.sink.transport.isRefusing = true;
    both.at(100, down('web/a', 100));
    both.sink.session.transportEvent({ kind: 'closed', reason: 'EPIPE' });
    both.follow();
    both.at(1099);
    assert.deepEqual(both.take(), []);
    both.sink.transport.isRefusing = false;
    both.connect();
    assert.deepEqual(both.take(), [`written ${withdraw}`, `sent ${withdraw}`, ...lastWeightFalls]);
  });

  test('where the transport fails after it took it, and has to be given it again', async () => {
    const both = await opened();
    both.at(100, down('web/a', 100));
    both.take();
    both.sink.session.transportEvent({ kind: 'closed', reason: 'EPIPE' });
    both.connect();
    assert.deepEqual(both.take(), [`written ${withdraw}`, `sent ${withdraw}`]);
    const repeated = both.sink.reports.flatMap((report) =>
      report.kind === 'action' && report.command === withdraw ? [report.isRepeat ?? false] : [],
    );
    assert.deepEqual(repeated, [false, true]);
  });

  test('a stuck ExaBGP holds weights for a second and not for ever', async () => {
    const both = await opened();
    both.sink.transport.isReady = false;
    both.at(100, down('web/a', 100));
    both.at(1200);
    assert.deepEqual(both.take(), lastWeightFalls);
  });
});

test('what a stdout that is full has not taken is not reported as sent', async () => {
  const notes: string[] = [];
  let taken: (() => void) | null = null;
  const stdout = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => {
      notes.push(`written ${chunk.toString('latin1').trim()}`);
      taken = done;
    },
  });
  const turn$ = new Subject<Turn>();
  exabgp(
    new BehaviorSubject(configOf([prefix])),
    turn$,
    { stdin: null, stdout },
    () => {},
  ).subscribe((report) => {
    if (report.kind === 'action') notes.push(`${report.result} ${report.command}`);
  });
  const core = new FakeCore();
  turn$.next(core.turn({ [prefix]: 100 }));
  const all = [`written ${announce}`, `sent ${announce}`];
  await until(() => notes.length === all.length, TIMEOUT_MS, 'the announce');
  turn$.next(core.turn({ [prefix]: 'withdrawn' }));
  // Whatever is scheduled for this turn of the event loop has run by then.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.deepEqual(notes, all);
  const release: unknown = taken;
  assert.ok(typeof release === 'function');
  release();
  all.push(`written ${withdraw}`, `sent ${withdraw}`);
  await until(() => notes.length === all.length, TIMEOUT_MS, 'the withdraw');
  assert.deepEqual(notes, all);
});
