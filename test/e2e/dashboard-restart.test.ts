import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertApi } from '../api-check.ts';
import { openBrowser, visit } from './dashboard-browser.ts';
import { liveNode } from './dashboard-live.ts';
import { Owner } from './owner.ts';

interface Told {
  readonly type: string;
  readonly at: string;
  readonly name: string;
  readonly to: string;
}

async function changesOf(url: string): Promise<readonly Told[]> {
  const answer = await fetch(`${url}api/v1/history`);
  const text = await answer.text();
  assertApi('History', text);
  const { transitions }: { transitions: readonly Told[] } = JSON.parse(text);
  return transitions.filter(({ type }) => type === 'health');
}

/** The clocks of a process are compared when it starts, to the millisecond. */
function isSame(one: Told, other: Told): boolean {
  const apartMs = Math.abs(Date.parse(one.at) - Date.parse(other.at));
  return one.name === other.name && one.to === other.to && apartMs <= 5;
}

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`the page has the changes from before a restart by ${signal}`, async () => {
    const owner = new Owner();
    const browser = await openBrowser();
    try {
      const check = '{ type: tcp, interval: 200ms, fall: 2, rise: 1 }';
      const { url, servers, routevane, journal, restart } = await liveNode(owner, 2, check);
      const [victim] = servers;
      assert.ok(victim !== undefined);
      const { page, assertQuiet } = await visit(browser, url);
      victim.kill();
      const fell = '.line:has(.is-down)';
      await page
        .locator(fell, { hasText: `web/${victim.address}` })
        .first()
        .waitFor();
      await victim.start();
      await page.locator('.row.is-up', { hasText: victim.address }).waitFor();
      const before = await changesOf(url);
      assert.ok(before.length > 3, JSON.stringify(before));
      const recorded = (): number => readFileSync(journal, 'utf8').split('{"kind":"health"').length;
      await routevane.until(() => recorded() > before.length, 'the journal has all of it');

      routevane.kill(signal);
      await routevane.exit(30_000);
      await page.locator('.stale').waitFor();
      const again = await restart();
      const after = await changesOf(url);
      const lost = before.filter((change) => !after.some((each) => isSame(each, change)));
      assert.deepEqual(lost, [], 'each change from before is there, with its time');
      assert.doesNotMatch(again.stderr(), /journal_skipped/u);

      await page.locator('.stale').waitFor({ state: 'detached' });
      await page
        .locator(fell, { hasText: `web/${victim.address}` })
        .first()
        .waitFor();
      const fresh = await visit(browser, url);
      await fresh.page
        .locator(fell, { hasText: `web/${victim.address}` })
        .first()
        .waitFor();
      fresh.assertQuiet();
      // The browser itself complains while nobody answers.
      assertQuiet(/ERR_CONNECTION_REFUSED|WebSocket connection/u);
    } finally {
      await browser.close();
      owner.close();
    }
  });
}
