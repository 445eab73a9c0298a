import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { of } from 'rxjs';
import { definePlugin, down, type CheckResults, up } from '../src/plugin.ts';
import { runPlugin } from '../src/plugin-test.ts';

async function lostOf(observe: () => CheckResults): Promise<string | null> {
  return (await runPlugin({ name: 'a', observe })).lost;
}

async function* throws(): AsyncGenerator<never> {
  await Promise.reject(new Error('boom'));
  yield* [];
}

describe('the test kit runs a plugin on virtual time', () => {
  const hourly = definePlugin({
    name: 'hourly',
    async *observe(_options, { sleep, log, address, port }) {
      for (let hour = 0; ; hour += 1) {
        log.info('looked', { hour });
        yield hour % 2 === 0 ? up({ weightPercent: 50 }) : down(`${address}:${port}`);
        await sleep(3_600_000);
      }
    },
  });

  test('a day takes as long as its work', async () => {
    const { seen, lost, log } = await runPlugin(hourly, {
      forMs: 86_400_000,
      address: '10.0.0.1',
      port: 25,
    });
    assert.equal(lost, null);
    assert.equal(seen.length, 25);
    assert.deepEqual(seen.slice(0, 2), [
      { atMs: 0, state: 'up', reason: '', weightPercent: 50 },
      { atMs: 3_600_000, state: 'down', reason: '10.0.0.1:25' },
    ]);
    assert.deepEqual(log[1], { level: 'info', message: 'looked', fields: { hour: 1 } });
  });

  test('a plugin is asked to end when the time is over', async () => {
    let ended = false;
    const plugin = definePlugin({
      name: 'tidy',
      async *observe(_options, { sleep, signal }) {
        try {
          for (;;) {
            yield up();
            await sleep(1_000);
          }
        } finally {
          ended = signal.aborted;
        }
      },
    });
    await runPlugin(plugin, { forMs: 2_500 });
    assert.ok(ended);
  });

  test('one that yields without ever sleeping is reported from one that is done', async () => {
    const floods = definePlugin({
      name: 'floods',
      async *observe() {
        for (;;) yield up();
      },
    });
    const message = 'the plugin yielded 10000 times without sleeping';
    await assert.rejects(runPlugin(floods), { message });
  });

  test('a sleep of no time there is fails as in the daemon', async () => {
    const plugin = definePlugin({
      name: 'sleepless',
      async *observe(_options, { sleep }) {
        yield up();
        await sleep(Number.NaN);
      },
    });
    const { lost } = await runPlugin(plugin);
    assert.equal(
      lost,
      'the plugin threw an error: sleep takes milliseconds from 0 to 2147483647, found NaN',
    );
  });

  test('what the daemon would call lost is said', async () => {
    assert.equal(await lostOf(throws), 'the plugin threw an error: boom');
    assert.equal(await lostOf(() => of()), 'the plugin ended');
    const { lost } = await runPlugin(hourly, { options: { a: 1 } });
    assert.equal(lost, 'options: the plugin "hourly" takes no options');
  });
});
