import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { cpuWaitsMs, cpuWaitSinceMs } from './cpu-wait.ts';
import { openBrowser, visit, whenShown } from './dashboard-browser.ts';
import { liveNode } from './dashboard-live.ts';
import { Owner } from './owner.ts';

const LIMIT_MS = 200;

test('each server that is killed is seen on the dashboard of the running daemon within 200 ms', async (context) => {
  const owner = new Owner();
  const browser = await openBrowser();
  try {
    // No scheduled probe comes during this test: only the connection's end can say it.
    const check =
      '{ type: tcp, mode: hold, interval: 30m, fast_interval: 50ms, fall: 2, rise: 1, sweep: false }';
    const { url, servers, routevane } = await liveNode(owner, 6, check);
    const { page, assertQuiet } = await visit(browser, url);
    const [victim] = servers;
    assert.ok(victim !== undefined);
    for (const { address } of servers) {
      await page.locator('.row.is-up', { hasText: address }).waitFor();
    }
    await page.locator('.item.is-announced', { hasText: '192.0.2.10/32' }).waitFor();
    const answerStatus = await holdStatus(page);

    // Each only once: one that closes idle connections again and again gets no sentinel any more.
    for (const server of servers) {
      const waits = cpuWaitsMs();
      const shown = whenShown(page, '.row.is-down', server.address);
      const killedMs = server.kill();
      const tookMs = (await shown) - killedMs;
      // The time that this machine had no CPU for the browser, the daemon or us is not theirs.
      const ownMs = tookMs - cpuWaitSinceMs(waits);
      const text = `${server.address} after ${tookMs} ms, ${ownMs.toFixed(0)} without waits for a CPU`;
      context.diagnostic(text);
      assert.ok(ownMs < LIMIT_MS, text);
    }
    await answerStatus();

    await page.locator('.item.is-withdrawn', { hasText: '192.0.2.10/32' }).waitFor();
    await page.locator('.line', { hasText: 'withdraw route 192.0.2.10/32' }).first().waitFor();
    await page.locator('.item-main', { hasText: '192.0.2.10/32' }).click();
    await page.locator('dialog .chain', { hasText: victim.address }).first().waitFor();
    const isWithdrawn = (): boolean => /withdraw route 192\.0\.2\.10\/32/u.test(routevane.stdout());
    await routevane.until(isWithdrawn, 'ExaBGP is told as well');
    assertQuiet();
  } finally {
    await browser.close();
    owner.close();
  }
});

/** The page polls the status as well: until it is answered only the stream can show a change. */
async function holdStatus(page: Page): Promise<() => Promise<void>> {
  const pattern = '**/api/v1/status*';
  const held: Route[] = [];
  await page.route(pattern, (route) => void held.push(route));
  return async () => {
    await page.unroute(pattern);
    await Promise.all(held.map(async (route) => route.fallback()));
  };
}
