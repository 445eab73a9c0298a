import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  dropPending,
  isQuiet,
  nextDueMs,
  step,
  unsettled,
} from '../../../src/core/settle/settle.ts';
import { config, down, lost, plain, route, signal, up } from '../fixtures.ts';
import { lastBecause, play } from '../play.ts';

function one(settle: Parameters<typeof signal>[1]): ReturnType<typeof config> {
  return config({ signals: [signal('x', settle)], routes: [route('r', 'x')] });
}

describe('rise and fall', () => {
  test('count consecutive results; one contrary result starts the count again', () => {
    const rules = one({ rise: 2, fall: 3 });
    play(rules, { x: '-uuddudddd' }, { x: '--U-----D', r: '--A-----W' });
  });

  test('the first settled state needs its rise or fall as well', () => {
    const rules = one({ rise: 2, fall: 3 });
    play(rules, { x: '-ududd' }, { x: '' });
    play(rules, { x: '-uddd' }, { x: '----D' });
  });

  test('results of one instant count one by one, in their order', () => {
    const rules = one({ rise: 2, fall: 2 });
    play(rules, { x: '(uu)-(dd)-(uu)' }, { x: 'U----D----U' });
    play(rules, { x: '(uu)-(du)-d' }, { x: 'U' });
  });

  test('alternating results never change the state', () => {
    play(one({ rise: 2, fall: 2 }), { x: 'uudududududu' }, { x: '-U', r: '-A' });
  });
});

describe('updelay and downdelay', () => {
  test('the new state must hold as long', () => {
    const rules = one({ updelayMs: 5, downdelayMs: 3 });
    play(rules, { x: 'u------d----' }, { x: '5ms U----D' });
  });

  test('a change that reverts in time is cancelled, and starts anew the next time', () => {
    const rules = one({ updelayMs: 5 });
    play(rules, { x: 'd-u-d-u---u' }, { x: 'D 10ms U' });
  });

  test('only a settled contrary result cancels, not one that is counted yet', () => {
    const rules = one({ rise: 1, fall: 3, updelayMs: 5 });
    play(rules, { x: 'ddd u dd u'.replaceAll(' ', '') }, { x: '--D-----U' });
    play(rules, { x: 'ddd u ddd'.replaceAll(' ', '') }, { x: '--D' });
  });

  test('repeated results do not start the delay again', () => {
    play(one({ updelayMs: 5 }), { x: 'uuuuuuuuuu' }, { x: '-----U' });
  });

  test('a revert in the instant the delay ends is still in time: nobody sees a change', () => {
    play(one({ downdelayMs: 3 }), { x: 'u-d--u' }, { x: 'U' });
  });
});

describe('lost', () => {
  test('keeps the last health for lost_hold; then it is unknown, which counts as down', () => {
    const turns = play(one({ lostHoldMs: 5 }), { x: 'u-l' }, { x: 'U------?', r: 'A------W' });
    assert.equal(lastBecause(turns, 'r'), 'x is down (observer lost: refused; counts as down)');
  });

  test('with on_lost: hold the intent stays', () => {
    const rules = one({ lostHoldMs: 5, onLost: 'hold' });
    play(rules, { x: 'u-l-----------d' }, { x: 'U------?------D', r: 'A-------------W' });
  });

  test('a returning observer that agrees just clears it', () => {
    const rules = one({ rise: 2, lostHoldMs: 5 });
    play(rules, { x: 'uu-l--u-l----' }, { x: '-U 11ms ?', r: '-A 11ms W' });
  });

  test('once unknown, rise is needed again', () => {
    const rules = one({ rise: 2, lostHoldMs: 3 });
    play(rules, { x: 'uul---u-u' }, { x: '-U---?--U', r: '-A---W--A' });
  });

  test('breaks a run and a delay', () => {
    play(one({ fall: 2 }), { x: 'udldd' }, { x: 'U---D' });
    play(one({ updelayMs: 3 }), { x: 'u-l-u' }, { x: '-------U' });
  });

  test('only the first loss counts; more of them do not put the end off', () => {
    play(one({ lostHoldMs: 4 }), { x: 'u-lllllllll' }, { x: 'U-----?' });
  });

  test('an observer that was never there leaves unknown, and that counts as down in time', () => {
    play(one({ lostHoldMs: 4 }), { x: '-l' }, { x: '-----?', r: '-----W' });
  });
});

describe('step', () => {
  const upState = step(unsettled(0), up('x', 1), plain);

  test('returns the same object where nothing changes', () => {
    assert.equal(step(upState, up('x', 2), plain), upState);
    const lostState = step(upState, lost('x', 3), plain);
    assert.equal(step(lostState, lost('x', 4), plain), lostState);
    assert.equal(isQuiet(lostState, lost('x', 4)), true);
    assert.equal(dropPending(upState), upState);
  });

  test('leaves the state it was given alone', () => {
    const frozen = Object.freeze(step(unsettled(0), up('x', 1), plain));
    assert.equal(step(frozen, down('x', 2), plain).verdict, 'down');
    assert.equal(frozen.verdict, 'up');
  });

  test('knows its next deadline', () => {
    const rules = { ...plain, downdelayMs: 30 };
    assert.equal(nextDueMs(step(upState, down('x', 5), rules), rules), 35);
    assert.equal(nextDueMs(step(upState, lost('x', 5), rules), rules), 10_005);
    assert.equal(nextDueMs(upState, rules), Infinity);
  });

  test('carries out a deadline before an observation that came after it', () => {
    const rules = { ...plain, downdelayMs: 30 };
    const later = step(step(upState, down('x', 5), rules), up('x', 40), rules);
    assert.deepEqual([later.falls, later.verdict, later.sinceMs], [1, 'up', 40]);
  });
});
