import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualTimeScheduler } from 'rxjs';
import type { SinkEvent, SinkFeedback } from '../../../src/model/report.ts';
import type { Cause } from '../../../src/model/turn.ts';
import type { Destination, TableChange } from '../../../src/protocol/ipvs/table.ts';
import { IpvsReporter } from '../../../src/sinks/ipvs/reporter.ts';

const cause: Cause = { kind: 'stop', atMs: 0 };
const destination: Destination = {
  address: '10.0.0.1',
  port: 80,
  forwarding: 0,
  weight: 7,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 0, port: 0, flags: 0 },
  activeConnections: 0,
  inactiveConnections: 0,
};
const key = 'web/10.0.0.1:80';

type Emitted = SinkEvent | SinkFeedback;

/** Events and feedback in the order in which they leave the sink. */
function rig(): { readonly reporter: IpvsReporter; readonly emitted: Emitted[] } {
  const emitted: Emitted[] = [];
  const reporter = new IpvsReporter(
    new VirtualTimeScheduler(),
    false,
    (event) => emitted.push(event),
    (feedback) => emitted.push(feedback),
  );
  return { reporter, emitted };
}

function writeOf(kind: TableChange['kind']): Parameters<IpvsReporter['changes']>[0] {
  const service = { kind: 'fwmark', mark: 1, family: 4 } as const;
  const change = { kind, service, destination };
  const weight = kind === 'remove' ? 'removed' : destination.weight;
  return { key, weight, cause, changes: [{ entryName: 'entryName', change }] };
}

function kinds(emitted: readonly Emitted[]): readonly string[] {
  return emitted.map(({ kind }) => kind);
}

describe('feedback of the IPVS sink', () => {
  for (const [kind, weight] of [
    ['set', 7],
    ['add', 7],
    ['remove', 'removed'],
  ] as const) {
    test(`after ${kind}: the weight once it was read back, after its event`, () => {
      const { reporter, emitted } = rig();
      reporter.changes(writeOf(kind), 'sent');
      reporter.changes(writeOf(kind), 'rejected');
      reporter.changes(writeOf(kind), 'unanswered');
      assert.deepEqual(kinds(emitted), ['action', 'action', 'action']);
      reporter.changes(writeOf(kind), 'confirmed');
      assert.equal(emitted[3]?.kind, 'action');
      assert.deepEqual(emitted[4], { kind: 'weights', weights: new Map([[key, weight]]) });
    });
  }

  test('where nothing had to be written: the weight, after its event', () => {
    const { reporter, emitted } = rig();
    reporter.inSync(key, 'removed', cause);
    assert.deepEqual(kinds(emitted), ['action', 'weights']);
  });

  test('of the state: whether the table can be used, after its event and once', () => {
    const { reporter, emitted } = rig();
    reporter.state('lost', 'no ip_vs');
    reporter.state('lost', 'no ip_vs');
    assert.deepEqual(kinds(emitted), ['state', 'ipvs']);
    assert.deepEqual(emitted[1], { kind: 'ipvs', state: 'lost' });
  });

  test('of the table and its connections: without an event', () => {
    const { reporter, emitted } = rig();
    reporter.table(new Map(), new Set(['web']));
    reporter.connections(new Map([[key, 3]]));
    assert.deepEqual(emitted, [
      { kind: 'table', bases: new Map(), missing: new Set(['web']) },
      { kind: 'connections', active: new Map([[key, 3]]) },
    ]);
  });

  test('of a notice: none', () => {
    const { reporter, emitted } = rig();
    reporter.notice('warn', 'x', 'message');
    assert.deepEqual(kinds(emitted), ['notice']);
  });
});
