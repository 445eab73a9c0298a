import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, visit } from './dashboard-browser.ts';
import { cause, DashboardNode } from './dashboard-node.ts';
import { everyState } from './dashboard-states.ts';

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const refused = new Set(['serious', 'critical']);

describe('the dashboard keeps to WCAG as far as axe-core can tell', () => {
  let browser: Browser;
  let node: DashboardNode;
  before(async () => {
    browser = await openBrowser();
    node = await DashboardNode.start(everyState());
    node.server('web/10.0.1.12:443', 'down', 'refused');
    node.route('192.0.2.10/32', 'withdrawn', 'web is down', cause('web/10.0.1.12:443', 'refused'));
  });
  after(async () => {
    await browser.close();
    node.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 900],
      [360, 800],
    ] as const) {
      test(`${colorScheme}, ${width} pixels wide`, async () => {
        const options = { colorScheme, viewport: { width, height } };
        const { page, close } = await visit(browser, node.url, options);
        await page.waitForSelector('.line');
        assert.deepEqual(await faultsOf(page), []);
        const overflow = 'document.documentElement.scrollWidth - innerWidth';
        assert.equal(await page.evaluate(overflow), 0, 'nothing is wider than the screen');
        await page.locator('.item-main', { hasText: '192.0.2.25/32' }).click();
        await page.waitForSelector('dialog .chain .chain');
        assert.deepEqual(await faultsOf(page), []);
        await page.keyboard.press('Escape');
        await page.locator('.finder .search').fill('10.0.');
        await page.locator('.finder .row').first().waitFor();
        assert.deepEqual(await faultsOf(page), []);
        assert.equal(await page.evaluate(overflow), 0, 'nor is what a search finds');
        await page.locator('.item .drain-button').first().click();
        await page.waitForSelector('dialog');
        assert.deepEqual(await faultsOf(page), []);
        await close();
      });
    }

    test(`${colorScheme}, while it is not connected and where it asks for a token`, async () => {
      const guarded = await DashboardNode.start(everyState(), { withToken: true });
      const login = await visit(browser, guarded.url, { colorScheme });
      await login.page.waitForSelector('form');
      assert.deepEqual(await faultsOf(login.page), []);
      guarded.close();
      const lost = await DashboardNode.start(everyState());
      const { page } = await visit(browser, lost.url, { colorScheme });
      await page.waitForSelector('.columns');
      lost.close();
      await page.waitForSelector('.stale');
      assert.deepEqual(await faultsOf(page), []);
      await page.context().close();
      await login.close();
    });
  }
});

async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<{ readonly violations: readonly Fault[] }>(
    'axe.run()',
  );
  return violations
    .filter(({ impact }) => refused.has(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}
