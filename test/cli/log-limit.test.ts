import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { limitLog } from '../../src/cli/log-limit.ts';
import type { EventLogger } from '../../src/cli/event-logger.ts';
import type { Turn } from '../../src/model/turn.ts';
import { down } from '../core/fixtures.ts';

const intents = {
  routes: new Map(),
  changed: [],
  weights: new Map(),
  changedWeights: [],
  watched: new Set<string>(),
  shares: { percentOf: () => null },
};

function fall(name: string): Turn {
  const cause = { kind: 'observation', observation: down(name, 1) } as const;
  const change = { name, from: 'up', to: 'down', reason: 'refused', atMs: 1, cause } as const;
  return { atMs: 1, changes: [change], decisions: [], weightDecisions: [], notices: [], intents };
}

/** Writes down one word for each line. */
function listener(): { readonly logger: EventLogger; readonly lines: string[] } {
  const lines: string[] = [];
  const logger: EventLogger = {
    turn: ({ changes }) => lines.push(...changes.map(({ name }) => name)),
    report: (report) => lines.push(report.kind),
    notice: ({ message }) => lines.push(message),
  };
  return { logger, lines };
}

describe('limiting the log', () => {
  test('a signal that flaps says ten lines, then how many there were, and the last of them', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { logger, lines } = listener();
    const limit = limitLog(logger);
    const limited = limit.over(logger);
    for (let n = 0; n < 500; n += 1) limited.turn(fall('tor-a'));
    limited.turn(fall('tor-b'));
    assert.deepEqual(lines, [...Array.from({ length: 10 }, () => 'tor-a'), 'tor-b']);
    mock.timers.tick(30_000);
    assert.deepEqual(lines.slice(11), [
      'health of tor-a: 490 lines were left out; the last follows',
      'tor-a',
    ]);
    limited.turn(fall('tor-a'));
    assert.equal(lines.at(-1), 'tor-a');
    limit.flush();
    assert.equal(lines.length, 14);
    mock.timers.reset();
  });

  test('a thousand that flap at once are counted together beyond twenty', () => {
    const { logger, lines } = listener();
    const limit = limitLog(logger);
    const limited = limit.over(logger);
    for (let n = 0; n < 11_000; n += 1) limited.turn(fall(`web/${n % 1000}`));
    lines.length = 0;
    limit.flush();
    assert.equal(lines.length, 21 + 1000);
    assert.equal(lines[20], '980 others: 980 lines were left out; the last follows');
    assert.equal(lines.at(-1), 'web/999');
  });

  test('many notices of one event are bounded, and others are not held back by them', () => {
    const { logger, lines } = listener();
    const limited = limitLog(logger).over(logger);
    for (let n = 0; n < 1000; n += 1) {
      limited.notice({ level: 'warn', event: 'sentinel_closed_by_server', message: `${n}` });
    }
    limited.notice({ level: 'error', event: 'config_refused', message: 'why' });
    assert.equal(lines.length, 101);
    assert.equal(lines.at(-1), 'why');
  });
});
