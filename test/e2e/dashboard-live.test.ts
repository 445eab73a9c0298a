import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser, visit, whenShown } from './dashboard-browser.ts';
import { liveNode } from './dashboard-live.ts';
import { Owner } from './owner.ts';

test('a server that is killed is seen on the dashboard of the running daemon within 200 ms', async (context) => {
  const owner = new Owner();
  const browser = await openBrowser();
  try {
    const check = '{ type: tcp, mode: hold, interval: 1s, fall: 2, rise: 1 }';
    const { url, servers, routevane } = await liveNode(owner, 6, check);
    const { page, assertQuiet } = await visit(browser, url);
    const [victim] = servers;
    assert.ok(victim !== undefined);
    for (const { address } of servers) {
      await page.locator('.row.is-up', { hasText: address }).waitFor();
    }
    await page.locator('.item.is-announced', { hasText: '192.0.2.10/32' }).waitFor();

    // Each only once: one that closes idle connections again and again gets no sentinel any more.
    const tookMs: number[] = [];
    for (const server of servers) {
      const shown = whenShown(page, '.row.is-down', server.address);
      const killedMs = server.kill();
      tookMs.push((await shown) - killedMs);
    }
    context.diagnostic(`shown after ${tookMs.join(', ')} ms`);
    // The best of six: this machine may be busy, but nothing may wait for a poll or an interval.
    assert.ok(Math.min(...tookMs) < 200, `shown after ${tookMs.join(', ')} ms`);

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
