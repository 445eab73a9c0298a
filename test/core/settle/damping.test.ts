import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { config, route, signal } from '../fixtures.ts';
import { lastBecause, play } from '../play.ts';
import { addFall, penaltyAt, reuseAtMs } from '../../../src/core/settle/damping.ts';

const damping = { halfLifeMs: 1000, suppress: 3, reuse: 1 };
const damped = config({ signals: [signal('x', { damping })], routes: [route('r', 'x')] });
/** Four falls, 20 ms apart: the fourth takes the penalty to 3.92, above 3. */
const fourFalls = 'u 9ms d 9ms '.repeat(4);

describe('damping', () => {
  test('a fall adds 1, and half of it is gone after half_life', () => {
    const flaps = addFall(null, 0, damping);
    assert.equal(penaltyAt(flaps, 1000, damping), 0.5);
    assert.equal(penaltyAt(addFall(flaps, 1000, damping), 1000, damping), 1.5);
  });

  test('the reuse time is when the penalty has decayed to reuse', () => {
    const flaps = { penalty: 4, atMs: 500, falls: 4, suppressed: true };
    assert.equal(reuseAtMs(flaps, damping), 2500);
    assert.equal(penaltyAt(flaps, 2500, damping), damping.reuse);
  });

  test('above suppress the signal is held down until reuse, then is what its results say', () => {
    const turns = play(
      damped,
      { x: `${fourFalls}u 5s u` },
      { x: 'U 9ms D 9ms '.repeat(4) + '1961ms U', r: 'A 9ms W 9ms '.repeat(4) + '1961ms A' },
    );
    const suppressed = turns.flatMap(({ changes }) => changes).findLast(({ to }) => to === 'down');
    assert.equal(suppressed?.reason, 'suppressed after 4 falls, reuse in about 2s');
    assert.match(lastBecause(turns, 'r'), /^x is up$/u);
  });

  test('it stays down where its results still say so', () => {
    play(damped, { x: fourFalls + '3s u' }, { x: 'U 9ms D 9ms '.repeat(4) + '3s U' });
  });

  test('a fall while suppressed puts the reuse time off', () => {
    // 3.92 at 70 ms and one more at 1 s: 2.06 + 1, that is 1.61 half-lives from there on.
    const input = `${fourFalls}u 918ms d u`;
    play(damped, { x: input }, { x: 'U 9ms D 9ms '.repeat(4) + '2532ms U' });
  });

  test('slow falls are never suppressed', () => {
    play(damped, { x: 'u 2s d 2s '.repeat(6) }, { x: 'U 2s D 2s '.repeat(6) });
  });
});
