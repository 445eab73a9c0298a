import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deferLogging } from '../../src/cli/log-deferred.ts';
import type { EventLogger } from '../../src/cli/event-logger.ts';

const notice = (message: string) => ({ level: 'info', event: 'x', message }) as const;

/** Notes what is logged, and with which time. */
function recorder(): { told: string[]; tellerAt: (timeMs: number) => EventLogger } {
  const told: string[] = [];
  const tellerAt = (timeMs: number): EventLogger => ({
    turn: () => {},
    report: () => {},
    notice: ({ message }) => told.push(`${timeMs} ${message}`),
  });
  return { told, tellerAt };
}

describe('telling later', () => {
  test('says nothing while the work is done, then all in its order with the time it happened', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'], now: 1000 });
    const { told, tellerAt } = recorder();
    const teller = deferLogging(tellerAt);
    teller.notice(notice('a'));
    t.mock.timers.tick(10);
    teller.notice(notice('b'));
    assert.deepEqual(told, []);
    t.mock.timers.tick(1000);
    assert.deepEqual(told, ['1000 a', '1010 b']);
  });

  test('many things take several turns of the loop, and none is lost or reported twice', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'], now: 0 });
    const { told, tellerAt } = recorder();
    const teller = deferLogging(tellerAt);
    const names = Array.from({ length: 200 }, (_, index) => `0 n${index}`);
    for (const name of names) teller.notice(notice(name.slice(2)));
    t.mock.timers.tick(1000);
    while (told.length < names.length) t.mock.timers.tick(1);
    assert.deepEqual(told, names);
  });

  test('at the end the rest is reported at once', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'], now: 0 });
    const { told, tellerAt } = recorder();
    const teller = deferLogging(tellerAt);
    teller.notice(notice('last words'));
    teller.flush();
    t.mock.timers.tick(1000);
    assert.deepEqual(told, ['0 last words']);
  });
});
