import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualTimeScheduler } from 'rxjs';
import type { SinkEvent, SinkFeedback } from '../../../src/model/report.ts';
import { ABSENT, fingerprintOf } from '../../../src/sinks/exabgp/fingerprint.ts';
import { ExabgpReporter } from '../../../src/sinks/exabgp/reporter.ts';
import { attributes, cause, route } from './sample.ts';

type Emitted = SinkEvent | SinkFeedback;
type Outcome = Parameters<ExabgpReporter['outcome']>[0];

/** Events and feedback in the order in which they leave the sink. */
function rig(): { readonly reporter: ExabgpReporter; readonly emitted: Emitted[] } {
  const emitted: Emitted[] = [];
  const reporter = new ExabgpReporter(
    new VirtualTimeScheduler(),
    (event) => emitted.push(event),
    (feedback) => emitted.push(feedback),
  );
  return { reporter, emitted };
}

function outcome(action: 'announce' | 'withdraw', result: Outcome['result']): Outcome {
  const isWithdraw = action === 'withdraw';
  const identity = route('192.0.2.0/24');
  const entry = {
    route: identity,
    want: null,
    held: null,
    outstanding: null,
    failures: 0,
    notBeforeMs: 0,
  };
  const want = {
    entry,
    route: identity,
    attributes: isWithdraw ? null : attributes(),
    nextHop: 'self',
    fingerprint: isWithdraw ? ABSENT : fingerprintOf(attributes()),
    cause,
    isConfirmed: false,
  };
  return { result, text: `${action} route 192.0.2.0/24`, wants: [want], reason: '' };
}

function kinds(emitted: readonly Emitted[]): readonly string[] {
  return emitted.map(({ kind }) => kind);
}

describe('feedback of the ExaBGP sink', () => {
  test('of a withdraw: handed over, once it was sent or confirmed, after its event', () => {
    for (const result of ['sent', 'confirmed'] as const) {
      const { reporter, emitted } = rig();
      reporter.outcome(outcome('withdraw', result));
      assert.deepEqual(kinds(emitted), ['action', 'sent']);
      assert.deepEqual(emitted[1], { kind: 'sent', keys: ['192.0.2.0/24'] });
    }
  });

  test('of a withdraw that was rejected or not answered: none', () => {
    for (const result of ['rejected', 'unanswered'] as const) {
      const { reporter, emitted } = rig();
      reporter.outcome(outcome('withdraw', result));
      assert.deepEqual(kinds(emitted), ['action', 'notice']);
    }
  });

  test('of an announce and of a state: none', () => {
    const { reporter, emitted } = rig();
    reporter.outcome(outcome('announce', 'sent'));
    reporter.state('lost', null, 'gone');
    assert.deepEqual(kinds(emitted), ['action', 'state']);
  });

  test('of adopted routes: their keys, after the event', () => {
    const { reporter, emitted } = rig();
    reporter.adopted(['r']);
    assert.deepEqual(kinds(emitted), ['adopted', 'adopted']);
    assert.deepEqual(emitted[1], { kind: 'adopted', keys: ['r'] });
  });
});
