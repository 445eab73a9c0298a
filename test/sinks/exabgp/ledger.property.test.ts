import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Ledger } from '../../../src/sinks/exabgp/ledger.ts';
import type { ExabgpCommand } from '../../../src/sinks/exabgp/ledger-entry.ts';
import { Neighbors } from '../../../src/sinks/exabgp/neighbors.ts';
import { fingerprintOf } from '../../../src/sinks/exabgp/fingerprint.ts';
import { FakeExabgp } from './fake-exabgp.ts';
import { type Wanted, attributes, cause, manyPrefixes, route } from './sample.ts';

const address = '10.99.0.2';
const prefixes = manyPrefixes(12);
const FLUSH_EVERY_MS = 400;

type Step =
  | { readonly kind: 'want'; readonly which: number; readonly value: Wanted }
  | { readonly kind: 'want-all'; readonly value: Wanted }
  | { readonly kind: 'write' }
  /** The transport refuses what was planned. */
  | { readonly kind: 'refused-write' }
  | { readonly kind: 'read'; readonly behavior: 'obey' | 'refuse' | 'ignore' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'wait'; readonly ms: number };

const anyWanted = fc.constantFrom<Wanted>(100, 200, 300, 'withdrawn');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('want' as const),
      which: fc.nat(11),
      value: anyWanted,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('want-all' as const), value: anyWanted }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'write' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'refused-write' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      behavior: fc.oneof(
        { weight: 8, arbitrary: fc.constant('obey' as const) },
        { weight: 1, arbitrary: fc.constantFrom('refuse' as const, 'ignore' as const) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(900) }) },
);

/** A ledger, an ExaBGP that reorders, and a clock. */
class World {
  readonly fake = new FakeExabgp();
  readonly wanted = new Map<string, Wanted>();
  readonly ledger: Ledger;
  readonly #neighbors = new Neighbors();
  readonly #events: boolean;
  #nowMs = 0;

  constructor(events: boolean, window: number) {
    this.#events = events;
    if (events) this.#neighbors.sawUpdate(address);
    const options = { ackTimeoutMs: 2000, window, mustSettle: true };
    this.ledger = new Ledger(options, this.#neighbors);
    this.ledger.start(() => null, 'exabgp', 0, 0);
  }

  run(next: Step): void {
    switch (next.kind) {
      case 'want':
        return this.want(prefixes[next.which] ?? '', next.value);
      case 'want-all':
        return prefixes.forEach((prefix) => this.want(prefix, next.value));
      case 'write':
        return this.write();
      case 'refused-write':
        this.ledger.plan(this.#nowMs);
        return this.#assertSent([]);
      case 'read':
        return this.read(next.behavior);
      case 'flush':
        return this.flush();
      case 'wait':
        return this.wait(next.ms);
    }
  }

  want(prefix: string, value: Wanted): void {
    this.wanted.set(prefix, value);
    const announced = value === 'withdrawn' ? null : attributes({ med: value });
    this.ledger.want(route(prefix), announced, 'self', cause, this.#nowMs);
  }

  write(): void {
    this.#write(this.ledger.plan(this.#nowMs));
  }

  /** As the sink does it: the ledger learns of a write after it. */
  #write(commands: readonly ExabgpCommand[]): void {
    this.#assertSent([]);
    this.fake.write(commands.map(({ text }) => text));
    this.ledger.written(commands, this.#nowMs);
    this.#assertSent(commands.filter(({ kind }) => kind !== 'poke'));
  }

  /** Nothing is reported as sent that was not handed over, and all that was is. */
  #assertSent(commands: readonly ExabgpCommand[]): void {
    const sent = this.ledger.takeOutcomes().filter(({ result }) => result === 'sent');
    assert.deepEqual(
      sent.map(({ text }) => text),
      commands.map(({ text }) => text),
    );
  }

  read(behavior: 'obey' | 'refuse' | 'ignore'): void {
    for (const answer of this.fake.readLine(behavior)) {
      const taken =
        answer === 'done'
          ? this.ledger.done(this.#nowMs)
          : answer === 'error'
            ? this.ledger.error(this.#nowMs)
            : this.ledger.header(this.#nowMs);
      assert.ok(taken, `${answer} belongs to a line`);
    }
  }

  flush(): void {
    for (const { prefix, attributes: text } of this.fake.flush()) {
      if (!this.#events) continue;
      const sent = text === null ? null : { med: Number(text.slice(4)), communities: [] };
      this.ledger.updateSent(address, [{ prefix, pathId: null }], sent, this.#nowMs);
    }
  }

  /** Time passes as at the sink; ExaBGP reads and flushes well within the settle time. */
  wait(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#nowMs < endMs) {
      this.#nowMs += 50;
      // As late as may be: nothing but the settle time keeps changes apart then.
      if (!this.#events && this.#nowMs % FLUSH_EVERY_MS === 0) this.flush();
      this.ledger.tick(this.#nowMs);
      // A late ExaBGP is poked; changes are written by a step of their own.
      this.#write(this.ledger.plan(this.#nowMs).filter(({ kind }) => kind === 'poke'));
    }
  }

  /** What the session does when answers may have been mixed up: asks what ExaBGP holds. */
  ask(): void {
    this.ledger.pause(this.#nowMs);
    while (this.fake.unread > 0) this.fake.readLine('obey');
    this.flush();
    const held = this.fake.adjRibOut();
    this.ledger.start(
      (key) => {
        const text = held.get(key);
        return [
          text === undefined ? '' : fingerprintOf(attributes({ med: Number(text.slice(4)) })),
        ];
      },
      'exabgp',
      0,
      this.#nowMs,
    );
  }

  /** ExaBGP behaves from now on. */
  settle(): void {
    for (let round = 0; round < 4000 && !(this.ledger.isComplete && !this.fake.busy); round += 1) {
      this.write();
      while (this.fake.unread > 0) this.read('obey');
      if (this.#events) this.flush();
      this.wait(50);
      if (this.ledger.isSuspect) this.ask();
    }
  }
}

describe('the peer ends with what was wanted last, in whatever order ExaBGP sends changes', () => {
  for (const events of [true, false])
    for (const window of [1, 3, 64])
      test(`${events ? 'with' : 'without'} send events, window ${window}`, () => {
        fc.assert(
          fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
            const world = new World(events, window);
            for (const next of steps) world.run(next);
            world.settle();
            assert.ok(world.ledger.isComplete, 'all is confirmed');
            for (const [prefix, value] of world.wanted)
              assert.equal(
                world.fake.peer.get(prefix),
                value === 'withdrawn' ? undefined : `med ${value}`,
                prefix,
              );
          }),
          { numRuns: 500 },
        );
      });
});

test('the fake reorders as the real one does: without the ledger the peer ends wrong', () => {
  const fake = new FakeExabgp();
  const line = 'announce route 192.0.2.1/32 next-hop self med';
  fake.write([`${line} 100`, `${line} 200`, `${line} 100`]);
  while (fake.unread > 0) fake.readLine('obey');
  fake.flush();
  assert.equal(fake.peer.get('192.0.2.1/32'), 'med 200');
});
