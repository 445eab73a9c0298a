import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Backoff } from '../../src/ovsdb-client/backoff.ts';
import { PendingRequests, type Reply } from '../../src/ovsdb-client/wire/pending.ts';
import { InactivityProbe } from '../../src/ovsdb-client/wire/probe.ts';
import { ManualClock } from './manual-clock.ts';
import { seededRandom } from './random.ts';

describe('the wait before the next try', () => {
  test('doubles from 250 ms to 8 s and stays there', () => {
    const backoff = new Backoff(() => 0);
    const waits = Array.from({ length: 8 }, () => backoff.failed(0));
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test('leaves out up to a half at random', () => {
    const random = seededRandom(1);
    const waits = Array.from({ length: 1000 }, () => new Backoff(random).failed(0));
    assert.ok(Math.min(...waits) >= 125 && Math.min(...waits) < 135);
    assert.ok(Math.max(...waits) <= 250 && Math.max(...waits) > 240);
  });

  test('begins anew only after a success that lasted 8 s', () => {
    const backoff = new Backoff(() => 0);
    backoff.failed(0);
    backoff.succeeded(1000);
    assert.equal(backoff.failed(8999), 500);
    backoff.succeeded(10_000);
    assert.equal(backoff.failed(18_000), 250);
    assert.equal(backoff.failed(40_000), 500, 'no success since');
  });
});

function probing(): { clock: ManualClock; probe: InactivityProbe; told: string[] } {
  const clock = new ManualClock();
  const told: string[] = [];
  const tell = (word: string) => (): void => {
    told.push(`${word} at ${clock.nowMs()}`);
  };
  const probe = new InactivityProbe(clock, 1000, { ask: tell('ask'), dead: tell('dead') });
  return { clock, probe, told };
}

describe('the inactivity probe', () => {
  test('asks after a silence, and gives up after a second one', () => {
    const { clock, told } = probing();
    clock.pass(10_000);
    assert.deepEqual(told, ['ask at 1000', 'dead at 2010']);
    assert.equal(clock.waiting, 0);
  });

  test('counts anything that is heard, and asks again later', () => {
    const { clock, probe, told } = probing();
    clock.pass(700);
    probe.received();
    clock.pass(900);
    assert.deepEqual(told, []);
    clock.pass(200);
    assert.deepEqual(told, ['ask at 1700']);
    probe.received();
    clock.pass(1000);
    assert.deepEqual(told, ['ask at 1700', 'ask at 2800']);
  });

  test('looks once more, lest it was this process that stood still', () => {
    const { clock, probe, told } = probing();
    clock.pass(2005);
    probe.received();
    clock.pass(990);
    assert.deepEqual(told, ['ask at 1000']);
  });

  test('stops for good', () => {
    const { clock, probe, told } = probing();
    clock.pass(1500);
    probe.stop();
    assert.equal(clock.waiting, 0);
    clock.pass(10_000);
    assert.deepEqual(told, ['ask at 1000']);
  });
});

describe('waiting requests', () => {
  test('end by a reply, by time, or all at once; a late reply is nothing', () => {
    const clock = new ManualClock();
    const pending = new PendingRequests(clock, 100);
    const replies: Reply[] = [];
    const done = (reply: Reply): void => {
      replies.push(reply);
    };
    const first = pending.add('a', done);
    const second = pending.add('b', done);
    pending.settle(second, { kind: 'result', result: 2 });
    clock.pass(100);
    pending.settle(first, { kind: 'result', result: 1 });
    pending.add('c', done);
    pending.failAll('lost');
    assert.deepEqual(replies, [
      { kind: 'result', result: 2 },
      { kind: 'failed', reason: 'no answer to a within 100 ms' },
      { kind: 'failed', reason: 'lost' },
    ]);
    assert.equal(clock.waiting, 0);
  });
});
