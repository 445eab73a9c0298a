import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import { createBudget, roomAtMs, spend } from '../../../src/core/routes/budget.ts';
import { config, named, route, signal } from '../fixtures.ts';
import { lastBecause, play } from '../play.ts';

/** Four routes of a signal each; at most two withdraws within 10 ms. */
function four(more: Partial<Config> = {}): Config {
  const names = ['a', 'b', 'c', 'd'];
  return config({
    maxWithdraw: { share: 0.5, perMs: 10 },
    signals: names.map((name) => signal(name)),
    routes: names.map((name) => route(`r${name}`, name)),
    ...more,
  });
}

describe('max_withdraw', () => {
  test('allows the share, rounded down, and at least one', () => {
    assert.equal(createBudget({ share: 0.5, perMs: 1 }, 5, []).limit, 2);
    assert.equal(createBudget({ share: 0.1, perMs: 1 }, 5, []).limit, 1);
    assert.equal(createBudget(null, 5, []).limit, Infinity);
  });

  test('the window slides: each use leaves it on its own', () => {
    const budget = createBudget({ share: 0.5, perMs: 10 }, 4, []);
    spend(budget, 0);
    assert.equal(roomAtMs(budget, 4), 4);
    spend(budget, 4);
    assert.equal(roomAtMs(budget, 5), 10);
    assert.equal(roomAtMs(budget, 10), 10);
    spend(budget, 10);
    assert.equal(roomAtMs(budget, 11), 14);
  });

  test('withdraws beyond it are held, logged once, and made in order when there is room', () => {
    const turns = play(
      four(),
      { a: 'u--d', b: 'u-d', c: 'u---d', d: 'u----d' },
      { rb: 'A-W', ra: 'A--W', rc: 'A---H 7ms W', rd: 'A----H 7ms W', notices: '----nn' },
    );
    assert.deepEqual(turns[3]?.notices, [
      {
        level: 'error',
        event: 'withdraws_held',
        message:
          '1 withdraws held: max_withdraw is used up (2 allowed within 0.01s); the next one is made in 1s',
      },
    ]);
    assert.equal(turns[3]?.intents.routes.get('rc')?.kind, 'announce');
    assert.equal(turns.at(-1)?.decisions[0]?.cause.kind, 'budget');
    assert.match(lastBecause(turns, 'rd'), /^d is down \(refused\)$/u);
  });

  test('a route that recovers while held stays announced and costs nothing', () => {
    play(
      four(),
      { a: 'u-d', b: 'u-d', c: 'u-d--u', d: 'u----------d' },
      { rc: 'A-H--A', rd: 'A----------HW' },
    );
  });

  test('a held route that is judged again stays held; one that recovers has nothing to send', () => {
    const rules = config({
      maxWithdraw: { share: 0.5, perMs: 10 },
      signals: [signal('a'), signal('b')],
      routes: [route('r', 'a'), route('s', { kind: 'all', of: [named('a'), named('b')] })],
    });
    play(rules, { a: 'u-d', b: 'u---d' }, { r: 'A-W', s: 'A-H 9ms W' });
    const turns = play(rules, { a: 'u-d--u', b: 'u' }, { r: 'A-W--A', s: 'A-H--A' });
    assert.deepEqual(turns.at(-1)?.intents.changed, ['r']);
  });

  test('a reload does not give back what was used', () => {
    const reload = { kind: 'config', config: four() } as const;
    const inputs = { a: 'u-d', b: 'u-d', c: 'u----d', control: '---c' };
    play(four(), inputs, { rb: 'A-W', rc: 'A----H 6ms W' }, { c: reload });
  });

  test('an adopted route that was announced since drains and fails as any other', () => {
    const rules = four({ maxWithdraw: { share: 0.1, perMs: 60_000 } });
    const inputs = { a: '-u--d', b: '-ud', control: 'o-os' };
    const adopted = { kind: 'adopted', keys: ['ra'] } as const;
    play(rules, inputs, { ra: '-A-GW', rb: '-AW' }, { o: adopted });
  });

  test('a first withdraw of what is not in place is free; of an adopted route it is not', () => {
    const all = { a: '--d', b: '--d', c: '--d', d: '--d' };
    play(four(), all, { ra: '--W', rb: '--W', rc: '--W', rd: '--W' });
    const adopted = { kind: 'adopted', keys: ['ra', 'rb', 'rc', 'nobody'] } as const;
    const turns = play(
      four(),
      { ...all, control: '-o' },
      { ra: '--W', rb: '--W', rc: '--H 9ms W', rd: '--W' },
      { o: adopted },
    );
    // No opinion yet: what is there is left alone.
    assert.equal(turns[0]?.decisions.find(({ to }) => to === 'held')?.attributes, null);
    assert.deepEqual(turns[0]?.intents.changed, ['rd', 'ra', 'rb']);
  });

  test('the first ones in the file go first, in whatever order the failures came in', () => {
    const inputs = { d: 'u-d', c: 'u-d', b: 'u-d', a: 'u-d' };
    play(four(), inputs, { ra: 'A-W', rb: 'A-W', rc: 'A-H 9ms W', rd: 'A-H 9ms W' });
  });
});
