import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Signal } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { nextDeadlineMs } from '../../../src/core/turn.ts';
import { config, down, named, plain, route, server, service, up } from '../fixtures.ts';
import { connected, Drive, inKernel, table, withIpvs } from '../drive.ts';

const INTERVAL_MS = 30_000;
const settle = { ...plain, rise: 2, fall: 3 };
/** A first verdict may take three runs and the time of one. */
const VERDICT_MS = 3 * INTERVAL_MS + 5_000;

const slow: Signal = {
  name: 'slow',
  type: 'exec',
  command: ['/bin/true'],
  intervalMs: INTERVAL_MS,
  fastIntervalMs: INTERVAL_MS,
  timeoutMs: 5_000,
  user: null,
  settle,
};
const rules = config({ signals: [slow], routes: [route('r', 'slow')] });
const adopted: Control = { kind: 'adopted', keys: ['r'] };

function not(name: string): Rule {
  return { kind: 'not', rule: named(name) };
}

describe('a route that a start finds in place', () => {
  test('stays while its slow check has not had the time it needs', () => {
    const drive = new Drive(rules);
    drive.at(10, adopted);
    assert.deepEqual(drive.at(VERDICT_MS - 1), []);
    assert.deepEqual(drive.at(VERDICT_MS + 1), ['r withdrawn']);
  });

  test('is announced by a first good result, which needs no rise and no updelay', () => {
    const delayed = { ...slow, settle: { ...settle, updelayMs: 15_000 } };
    const drive = new Drive(config({ signals: [delayed], routes: [route('r', 'slow')] }));
    drive.at(10, adopted);
    assert.deepEqual(drive.at(500, up('slow', 0)), ['r announced']);
    assert.deepEqual(drive.at(200_000), []);
  });

  test('is announced where the good result came before ExaBGP had answered', () => {
    const drive = new Drive(rules);
    assert.deepEqual(drive.at(5, up('slow', 0)), []);
    assert.deepEqual(drive.at(10, adopted), ['r announced']);
  });

  test('needs the fall of its check to go, and then goes', () => {
    const drive = new Drive(rules);
    drive.at(10, adopted);
    assert.deepEqual(drive.at(500, down('slow', 0)), []);
    assert.deepEqual(drive.at(30_500, down('slow', 0)), []);
    assert.deepEqual(drive.at(60_500, down('slow', 0)), ['r withdrawn']);
  });

  test('goes where its observer falls silent before its verdict', () => {
    const drive = new Drive(config({ signals: [slow], routes: [route('r', not('slow'))] }));
    drive.at(10, adopted);
    // One of two good results, and then nothing more: not waited for without an end.
    assert.deepEqual(drive.at(500, up('slow', 0)), []);
    assert.deepEqual(drive.at(2 * VERDICT_MS - 1), []);
    assert.deepEqual(drive.at(10 * VERDICT_MS), ['r withdrawn']);
    assert.equal(nextDeadlineMs(drive.core), Infinity);
  });

  test('is withdrawn twenty times by no restart', () => {
    for (let phaseMs = 0; phaseMs < 20; phaseMs += 1) {
      const drive = new Drive(rules);
      const lines: readonly string[] = [
        ...drive.at(10, adopted),
        ...drive.at(1000 + phaseMs * 1400, up('slow', 0)),
        ...drive.at(300_000),
      ];
      assert.deepEqual(lines, ['r announced'], `first result after ${phaseMs} s`);
    }
  });

  test('says nothing of what stands behind a negation: that needs its rise', () => {
    const drive = new Drive(config({ signals: [slow], routes: [route('r', not('slow'))] }));
    drive.at(10, adopted);
    assert.deepEqual(drive.at(500, up('slow', 0)), []);
    assert.deepEqual(drive.at(30_500, up('slow', 0)), ['r withdrawn']);
  });

  test('keeps the hysteresis of its service', () => {
    const servers = ['a', 'b', 'c'].map((name) => server(`web/${name}`));
    const web = service('web', servers, {
      quorum: { kind: 'weight', weight: 2 },
      hysteresis: { kind: 'weight', weight: 1 },
    });
    const drive = new Drive(config({ services: [web], routes: [route('r', 'web')] }));
    drive.at(10, adopted);
    const results = [up('web/a', 0), up('web/b', 0), down('web/c', 0)];
    assert.deepEqual(drive.at(500, ...results), ['r announced']);
    assert.deepEqual(drive.at(60_000), []);
  });

  test('is not adopted: startup_timeout and rise are as ever', () => {
    const drive = new Drive(rules);
    assert.deepEqual(drive.at(10_000), ['r withdrawn']);
    assert.deepEqual(drive.at(10_500, up('slow', 0)), []);
    assert.deepEqual(drive.at(40_500, up('slow', 0)), ['r announced']);
  });
});

function serving(): Control {
  const found = table({ 'web/a': 100, 'web/b': 100 });
  assert.ok(found.kind === 'table');
  const bases = [...found.bases].map(
    ([key, base]) => [key, { ...base, isServing: key === 'web/a' }] as const,
  );
  return { ...found, bases: new Map(bases) };
}

describe('a weight that a start finds in the table', () => {
  const web = inKernel([100, 100], {});
  const slowServers = web.realServers.map((one) => ({
    ...one,
    check: { ...one.check, intervalMs: INTERVAL_MS, settle },
  }));
  const inTable = withIpvs({ services: [{ ...web, realServers: slowServers }] });

  test('stays until its check had its time; a first good result confirms it', () => {
    const drive = new Drive(inTable);
    drive.at(10, connected, serving());
    const lines = drive.at(10_001);
    assert.ok(!lines.includes('web/a 0'), lines.join(', '));
    assert.ok(lines.includes('web/b 0'), 'it had no weight: startup_timeout is its limit');
    assert.deepEqual(drive.at(20_000, up('web/a', 0)), ['web/a 100']);
  });
});
