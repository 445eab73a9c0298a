import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definePlugin, down, up, type CheckResult } from '../../src/plugin.ts';
import { runPlugin, type TestResult } from '../../src/plugin-test.ts';

/** What becomes of one result. */
async function yielding(result: CheckResult): Promise<TestResult> {
  return runPlugin(
    definePlugin({
      name: 'one',
      async *observe(_options, { sleep }) {
        yield result;
        await sleep(1_000);
      },
    }),
    { forMs: 0 },
  );
}

async function sleeping(delayMs: number): Promise<string | null> {
  const { lost } = await runPlugin(
    definePlugin({
      name: 'sleeper',
      async *observe(_options, { sleep }) {
        await sleep(delayMs);
        yield up();
      },
    }),
    { forMs: 0 },
  );
  return lost;
}

describe('the public plugin API does what its documentation says', () => {
  test('a weight out of range fails the plugin, one with a fraction is rounded', async () => {
    for (const weightPercent of [-1, 100.5, Number.NaN]) {
      const { seen, lost } = await yielding(up({ weightPercent }));
      assert.deepEqual(seen, []);
      assert.match(lost ?? '', /expected a number from 0 to 100$/u);
    }
    const { seen } = await yielding(up({ weightPercent: 39.6 }));
    assert.equal(seen[0]?.weightPercent, 40);
  });

  test('a long reason and a long detail are cut, an empty reason is replaced', async () => {
    const { seen } = await yielding(down('r'.repeat(500), { detail: 'd'.repeat(5_000) }));
    assert.equal(seen[0]?.reason, `${'r'.repeat(199)}…`);
    assert.equal(seen[0]?.detail?.length, 1_000);
    assert.equal((await yielding(down(''))).seen[0]?.reason, 'no reason given');
    assert.equal((await yielding(down('a\nb'))).seen[0]?.reason, 'a b');
  });

  test('a sleep that is negative, too long or not a number is an error', async () => {
    for (const delayMs of [-1, 2 ** 31, Number.NaN]) {
      const lost = await sleeping(delayMs);
      assert.match(lost ?? '', /sleep takes milliseconds from 0 to 2147483647, found /u);
    }
  });
});
