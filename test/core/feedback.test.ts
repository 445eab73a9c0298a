import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionReport } from '../../src/model/report.ts';
import { feedback } from '../../src/core/feedback.ts';

function action(more: Partial<ActionReport>): ActionReport {
  return {
    kind: 'action',
    sink: 'ipvs',
    action: 'weight',
    keys: ['web/a'],
    result: 'confirmed',
    command: '',
    cause: { kind: 'stop', atMs: 0 },
    atMs: 0,
    ...more,
  };
}

function weights(weight: number | 'removed'): unknown {
  return { kind: 'weights', weights: new Map([['web/a', weight]]) };
}

describe('feedback', () => {
  test('of a withdraw is that it was handed over, whether or not it is confirmed yet', () => {
    const withdraw = { action: 'withdraw', keys: ['r', 's'], sink: 'exabgp' } as const;
    const sent = { kind: 'sent', keys: ['r', 's'] };
    assert.deepEqual(feedback(action({ ...withdraw, result: 'sent' })), sent);
    assert.deepEqual(feedback(action({ ...withdraw, result: 'confirmed' })), sent);
    assert.equal(feedback(action({ ...withdraw, result: 'rejected' })), null);
    assert.equal(feedback(action({ ...withdraw, action: 'announce' })), null);
  });

  test('of a weight is what was read back', () => {
    assert.deepEqual(feedback(action({ weight: 7 })), weights(7));
    assert.deepEqual(feedback(action({ action: 'add', weight: 7 })), weights(7));
    assert.deepEqual(feedback(action({ action: 'remove' })), weights('removed'));
    assert.equal(feedback(action({ weight: 7, result: 'sent' })), null);
    assert.equal(feedback(action({ action: 'remove', result: 'unanswered' })), null);
  });

  test('of what sinks find is that; of their talk nothing', () => {
    const tell = { sink: 'ipvs', state: 'lost', peerVersion: null, reason: '' } as const;
    assert.deepEqual(feedback({ kind: 'state', ...tell }), { kind: 'ipvs', state: 'lost' });
    assert.equal(feedback({ kind: 'state', ...tell, sink: 'exabgp' }), null);
    const table = { kind: 'table', bases: new Map(), missing: new Set<string>() } as const;
    assert.deepEqual(feedback({ ...table, sink: 'ipvs' }), table);
    const connections = { kind: 'connections', active: new Map([['web/a', 3]]) } as const;
    assert.deepEqual(feedback({ ...connections, sink: 'ipvs' }), connections);
    const adopted = { kind: 'adopted', keys: ['r'] } as const;
    assert.deepEqual(feedback({ ...adopted, sink: 'exabgp' }), adopted);
    const notice = {
      kind: 'notice',
      sink: 'ipvs',
      level: 'warn',
      event: 'x',
      message: '',
    } as const;
    assert.equal(feedback(notice), null);
  });
});
