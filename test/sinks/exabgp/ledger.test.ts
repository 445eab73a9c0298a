import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ledger } from '../../../src/sinks/exabgp/ledger.ts';
import {
  IN_FLIGHT_MAX_BYTES,
  POKE_AFTER_MS,
  RETRY_MAX_MS,
  RETRY_MIN_MS,
  SETTLE_MS,
} from '../../../src/sinks/exabgp/limits.ts';
import { Neighbors } from '../../../src/sinks/exabgp/neighbors.ts';
import type { Outcome } from '../../../src/sinks/exabgp/outcomes.ts';
import { type Wanted, attributes, cause, manyPrefixes, route } from './sample.ts';

const peer = '10.99.0.2';
const prefix = '192.0.2.10/32';
const poke = 'show neighbor summary';
const announce = (med: number): string => `announce route ${prefix} next-hop self med ${med}`;

function open({ window = 64, hasSendEvents = true } = {}) {
  const neighbors = new Neighbors();
  const outcomes: Outcome[] = [];
  const ledger = new Ledger({ ackTimeoutMs: 2000, window, mustSettle: true }, neighbors);
  if (hasSendEvents) neighbors.sawUpdate(peer);
  ledger.start(() => null, 'exabgp', 0, 0);
  const want = (of: string, value: Wanted, nowMs = 0): void => {
    const wanted = value === 'withdrawn' ? null : attributes({ med: value });
    ledger.want(route(of), wanted, 'self', cause, nowMs);
  };
  const write = (nowMs: number): readonly string[] => {
    const commands = ledger.plan(nowMs);
    ledger.written(commands, nowMs);
    return commands.map(({ text }) => text);
  };
  const updateSent = (med: number | null, nowMs = 0): void => {
    const routes = [{ prefix, pathId: null }];
    ledger.updateSent(peer, routes, med === null ? null : { med, communities: [] }, nowMs);
  };
  const results = (): readonly string[] => {
    outcomes.push(...ledger.takeOutcomes());
    return outcomes.map(({ result, text }) => `${result} ${text}`.trim());
  };
  return { ledger, neighbors, want, write, updateSent, results };
}

describe('one change of a route at a time', () => {
  test('the next one waits for done and the send event, and only the newest is written', () => {
    const { ledger, want, updateSent, write } = open();
    want(prefix, 100);
    assert.deepEqual(write(0), [announce(100)]);
    want(prefix, 200);
    want(prefix, 'withdrawn');
    want(prefix, 300);
    assert.deepEqual(write(1), []);
    ledger.done(1);
    assert.deepEqual(write(1), []);
    updateSent(100, 2);
    assert.deepEqual(write(2), [announce(300)]);
  });

  test('the event may come before done', () => {
    const { ledger, want, updateSent, write } = open();
    want(prefix, 100);
    write(0);
    want(prefix, 200);
    updateSent(100);
    assert.deepEqual(write(1), []);
    ledger.done(1);
    assert.deepEqual(write(1), [announce(200)]);
  });

  test('an event about an older change does not end this one', () => {
    const { ledger, want, updateSent, write } = open();
    want(prefix, 100);
    write(0);
    want(prefix, 200);
    ledger.done(1);
    updateSent(50);
    updateSent(null);
    assert.deepEqual(write(1), []);
  });

  test('without send events it is over some time after done', () => {
    const { ledger, want, write } = open({ hasSendEvents: false });
    want(prefix, 100);
    write(0);
    want(prefix, 200);
    ledger.done(0);
    ledger.tick(SETTLE_MS - 1);
    assert.deepEqual(write(SETTLE_MS - 1), []);
    ledger.tick(SETTLE_MS + 2);
    assert.deepEqual(write(SETTLE_MS + 2), [announce(200)]);
  });

  test('a neighbor that goes down is not waited for', () => {
    const { ledger, neighbors, want, write } = open();
    want(prefix, 100);
    write(0);
    ledger.done(0);
    want(prefix, 200);
    neighbors.setUp(peer, false);
    ledger.neighborDown(peer);
    ledger.tick(SETTLE_MS + 2);
    assert.deepEqual(write(SETTLE_MS + 2), [announce(200)]);
  });

  test('all neighbors that report have to have it', () => {
    const { ledger, neighbors, want, updateSent, write } = open();
    neighbors.sawUpdate('10.99.0.3');
    want(prefix, 100);
    write(0);
    ledger.done(0);
    want(prefix, 200);
    updateSent(100);
    assert.deepEqual(write(1), []);
    ledger.updateSent('10.99.0.3', [{ prefix, pathId: null }], { med: 100, communities: [] }, 1);
    assert.deepEqual(write(1), [announce(200)]);
  });

  test('what returns to what is there is not written', () => {
    const { ledger, want, updateSent, results, write } = open();
    want(prefix, 100);
    write(0);
    want(prefix, 200);
    want(prefix, 100);
    ledger.done(0);
    updateSent(100);
    assert.deepEqual(write(1), []);
    assert.ok(ledger.isComplete);
    assert.deepEqual(results().at(-1)?.startsWith('confirmed'), true);
  });
});

describe('the window', () => {
  test('holds so many lines and so many bytes, withdraws first', () => {
    const { ledger, want, write } = open({ window: 2 });
    want('192.0.2.1/32', 1);
    want('192.0.2.2/32', 2);
    want('192.0.2.3/32', 'withdrawn');
    assert.deepEqual(write(0), [
      'withdraw route 192.0.2.3/32 next-hop self',
      'announce route 192.0.2.1/32 next-hop self med 1',
    ]);
    assert.deepEqual(write(0), []);
    ledger.done(1);
    assert.equal(write(1).length, 1);
  });

  test('many changes of one kind share lines that a pipe takes whole', () => {
    const { want, write } = open();
    for (const of of manyPrefixes(1000)) want(of, 100);
    const lines = write(0);
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    assert.ok(bytes <= IN_FLIGHT_MAX_BYTES);
    for (const line of lines) {
      assert.match(line, /^announce attributes next-hop self med 100 nlri(?: \S+\/32)+$/u);
      assert.ok(line.length < 4096);
    }
  });

  test('seven are written one by one', () => {
    const { want, write } = open();
    for (const of of manyPrefixes(7)) want(of, 100);
    assert.equal(write(0).length, 7);
  });
});

describe('answers', () => {
  test('an error is reported and tried again later, each time later, and alone', () => {
    const { ledger, want, results, write } = open();
    for (const of of manyPrefixes(8)) want(of, 100);
    assert.equal(write(0).length, 1);
    ledger.error(0);
    assert.match(results().at(-1) ?? '', /^rejected announce attributes/u);
    assert.deepEqual(write(RETRY_MIN_MS - 1), []);
    assert.equal(write(RETRY_MIN_MS).length, 8);
    for (let i = 0; i < 8; i += 1) ledger.error(RETRY_MIN_MS);
    assert.deepEqual(write(RETRY_MIN_MS * 3 - 1), []);
    assert.equal(write(RETRY_MIN_MS * 3).length, 8);
  });

  test('the delay has a limit', () => {
    const { ledger, want, write } = open();
    want(prefix, 100);
    let nowMs = 0;
    for (let i = 0; i < 20; i += 1) {
      assert.equal(write(nowMs).length, 1);
      ledger.error(nowMs);
      nowMs += RETRY_MAX_MS;
    }
  });

  test('a newly wanted state does not wait for the delay of the old one', () => {
    const { ledger, want, write } = open();
    want(prefix, 100);
    write(0);
    ledger.error(0);
    want(prefix, 200, 1);
    assert.deepEqual(write(1), [announce(200)]);
  });

  test('a late one gets a poke sent after it, and its header shows what was passed over', () => {
    const { ledger, want, results, write } = open();
    want('192.0.2.1/32', 1);
    want('192.0.2.2/32', 2);
    write(0);
    assert.deepEqual(write(POKE_AFTER_MS - 1), []);
    assert.deepEqual(write(POKE_AFTER_MS), [poke]);
    ledger.done(200);
    // The second got no answer at all: the header and done of the poke come instead.
    assert.ok(ledger.header(201));
    ledger.done(201);
    assert.equal(results()[2], 'unanswered announce route 192.0.2.2/32 next-hop self med 2');
    assert.deepEqual(write(201 + RETRY_MIN_MS), [
      'announce route 192.0.2.2/32 next-hop self med 2',
    ]);
  });

  test('one that comes after the timeout still counts', () => {
    const { ledger, want, updateSent, results, write } = open();
    want(prefix, 100);
    write(0);
    write(POKE_AFTER_MS);
    ledger.tick(2000);
    assert.deepEqual(results(), [`sent ${announce(100)}`, `unanswered ${announce(100)}`]);
    assert.ok(ledger.done(2100));
    updateSent(100, 2100);
    assert.deepEqual(results().at(-1), `confirmed ${announce(100)}`);
  });

  test('a command without an answer until the timeout counts as lost, and is tried again', () => {
    const { ledger, want, write } = open();
    want(prefix, 100);
    write(0);
    let again: readonly string[] = [];
    for (let nowMs = 0; nowMs < 12_000 && again.length === 0; nowMs += 50) {
      ledger.tick(nowMs);
      again = write(nowMs).filter((text) => text !== poke);
    }
    assert.deepEqual(again, [announce(100)]);
  });

  test('one that no command waits for is not expected', () => {
    const { ledger } = open();
    assert.equal(ledger.done(0), false);
    assert.equal(ledger.error(0), false);
    assert.equal(ledger.header(0), false);
  });
});
