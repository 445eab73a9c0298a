import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { Observation } from '../../../src/model/observation.ts';
import { LogLineLimiter } from '../../../src/sources/plugin/log-line-limiter.ts';
import { PluginSupervisor } from '../../../src/sources/plugin/supervisor.ts';
import { failedEvent, type SendEvent } from '../../../src/sources/plugin/messages.ts';
import { exportedPlugin } from '../../../src/sources/plugin/exported-plugin.ts';
import { checkedResult } from '../../../src/sources/plugin/checked-result.ts';
import { StartSlots } from '../../../src/sources/plugin/start-slots.ts';
import { pluginRun } from './rig.ts';

describe('what a plugin yields', () => {
  test('is taken as it is where it is sound', () => {
    assert.deepEqual(checkedResult({ state: 'up', weightPercent: 33.4, detail: 'a=1' }), {
      state: 'up',
      reason: '',
      detail: 'a=1',
      weightPercent: 33,
    });
    assert.deepEqual(checkedResult({ state: 'down', reason: 'a\n\u001b[31mb' }), {
      state: 'down',
      reason: 'a [31mb',
    });
    assert.deepEqual(checkedResult({ state: 'down', reason: '' }), {
      state: 'down',
      reason: 'no reason given',
    });
    const long = checkedResult({ state: 'down', reason: 'x'.repeat(5_000) });
    assert.ok(typeof long === 'object' && long.reason.length === 200);
  });

  const faulty = [null, 1, 'up', {}, { state: 'lost' }, { state: 'down', reason: 1 }];
  const beside = [NaN, -1, 101, '50'].map((weightPercent) => ({ state: 'up', weightPercent }));
  for (const value of [...faulty, ...beside, { state: 'up', detail: 1 }]) {
    test(`is refused: ${JSON.stringify(value)}`, () => {
      const said = checkedResult(value);
      assert.ok(typeof said === 'string' && said.startsWith('the plugin yielded '));
    });
  }
});

test('what a module exports is a plugin, or said to be none', () => {
  const plugin = { name: 'a', observe: () => [] };
  for (const module of [plugin, { default: plugin }, { default: { default: plugin } }]) {
    assert.equal(exportedPlugin(module), plugin);
  }
  for (const module of [null, 1, {}, { default: 1 }, { default: null }, { default: {} }]) {
    assert.equal(typeof exportedPlugin(module), 'string');
  }
  const withoutSchema = exportedPlugin({ ...plugin, options: {} });
  assert.equal(withoutSchema, 'the plugin has options without safeParse: give it a zod schema');
  assert.equal(exportedPlugin({ ...plugin, name: '' }), 'the plugin has no name');
});

test('what is printed becomes bounded lines at a bounded rate, and nothing is lost silently', () => {
  let nowMs = 0;
  const lines: string[] = [];
  const limiter = new LogLineLimiter(
    () => nowMs,
    (line) => lines.push(line),
  );
  limiter.print('half a ');
  limiter.print('line\n\n\u001b[2Jother\nrest');
  assert.deepEqual(lines, ['half a line', '[2Jother']);
  limiter.print('x'.repeat(10_000));
  assert.equal(lines[2]?.length, 500);
  for (let n = 0; n < 20; n += 1) limiter.print(`${n}\n`);
  assert.equal(lines.length, 10);
  nowMs = 1_000;
  limiter.print('again\n');
  assert.equal(lines.at(-1), 'again (after 13 lines that came too fast)');
});

test('starts are so many at once, in their order', () => {
  const begun: string[] = [];
  const starts = new StartSlots(2);
  const [endA, endB, endC] = ['a', 'b', 'c', 'd'].map((name) =>
    starts.queue(() => begun.push(name)),
  );
  assert.deepEqual(begun, ['a', 'b']);
  // One that waits may give up; one that is over may say so twice.
  endC?.();
  endA?.();
  endA?.();
  assert.deepEqual(begun, ['a', 'b', 'd']);
  endB?.();
  starts.queue(() => begun.push('e'));
  assert.deepEqual(begun, ['a', 'b', 'd', 'e']);
});

test('the wait before a start doubles up to a minute, and begins anew after a sound minute', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const senders: SendEvent[] = [];
  let starts = 0;
  const observations: Observation[] = [];
  const notices: string[] = [];
  const keeper = new PluginSupervisor(
    { key: 'a', run: pluginRun('a.ts'), address: null, port: null },
    {
      nowMs: () => 0,
      starts: new StartSlots(1),
      emit: (observation) => observations.push(observation),
      notify: ({ message }) => notices.push(message),
      start: (_spec, send) => {
        starts += 1;
        senders.push(send);
        return () => {};
      },
    },
  );
  const waitsMs = Array.from({ length: 8 }, () => {
    senders.at(-1)?.(failedEvent('boom'));
    return Number(/in ([0-9]+)s$/.exec(notices.at(-1) ?? '')?.[1]) * 1000;
  });
  assert.deepEqual(
    waitsMs,
    [1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000),
  );
  assert.ok(observations.every(({ state, reason }) => state === 'lost' && reason === 'boom'));
  mock.timers.tick(60_000);
  assert.equal(starts, 2);
  keeper.close();
  mock.timers.tick(120_000);
  assert.equal(starts, 2);
  mock.timers.reset();
});
