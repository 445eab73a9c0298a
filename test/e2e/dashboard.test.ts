import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, visit, whenShown } from './dashboard-browser.ts';
import { DashboardNode } from './dashboard-node.ts';
import { everyState } from './dashboard-states.ts';

const ofAll = ['up', 'down', 'unknown', 'draining'];
const states = [...ofAll, 'announced', 'withdrawn', 'held', 'pending'];

describe('the dashboard', () => {
  let browser: Browser;
  let node: DashboardNode;

  before(async () => {
    browser = await openBrowser();
    node = await DashboardNode.start(everyState());
  });
  after(async () => {
    await browser.close();
    node.close();
  });

  test('shows every state by a shape, a word and a colour of its own, and asks nobody else', async () => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    for (const state of states) await page.waitForSelector(`.columns .is-${state} .mark`);
    const looks = await page.evaluate<readonly { shape: string; colour: string; word: string }[]>(
      `${JSON.stringify(states)}.map((state) => {
        const mark = document.querySelector('.columns .mark.is-' + state);
        const word = mark.parentElement.classList.contains('state') ? mark.parentElement : mark.parentElement.querySelector('.word');
        return { shape: mark.innerHTML, colour: getComputedStyle(word).color, word: word.textContent.trim() };
      })`,
    );
    assert.equal(new Set(looks.map(({ shape }) => shape)).size, states.length);
    for (const [at, { word }] of looks.entries())
      assert.ok(word.startsWith(states[at] ?? '?'), word);
    // Good is good and bad is bad in all columns; everything between has a colour of its own.
    assert.equal(new Set(looks.map(({ colour }) => colour)).size, states.length - 2);
    assertQuiet();
    await close();
  });

  test('shows what falls without being asked, long before it would ask by itself', async (context) => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    const tookMs: number[] = [];
    for (let at = 0; at < 20; at += 1) {
      const address = `10.0.1.${11 + (at % 4)}:443`;
      const shown = whenShown(page, `.row[title="gone ${at}"]`, 'down');
      const beganMs = Date.now();
      node.server(`web/${address}`, 'down', `gone ${at}`);
      tookMs.push((await shown) - beganMs);
    }
    context.diagnostic(`shown after ${tookMs.join(', ')} ms`);
    // The best of twenty: this machine may be busy, but the page must not be what waits.
    assert.ok(Math.min(...tookMs) < 200, `shown after ${tookMs.join(', ')} ms`);
    await page.waitForSelector('.fold:has-text("0 of 4 up, 4 down")');
    assertQuiet();
    await close();
  });

  test('explains by keyboard alone, and gives the focus back', async () => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    const opener = page.locator('.column:last-child .item-main', { hasText: '192.0.2.25/32' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.locator('.chain .chain .chain', { hasText: '10.0.3.12:25' }).waitFor();
    assert.match(
      await dialog.innerText(),
      /cause: mail\/10\.0\.3\.11:25 was observed down: refused/u,
    );
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const focused = await page.evaluate<string>('document.activeElement.textContent');
    assert.match(focused, /^192\.0\.2\.25\/32/u);
    assertQuiet();
    await close();
  });

  test('shows text as text, whoever wrote it', async () => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    const evil = '<img src=x onerror="document.title=1">${1}&lt;';
    node.signal('disk', 'down', evil);
    await page.locator('.item .reason', { hasText: evil }).waitFor();
    await page.locator('.line-why', { hasText: evil }).waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assertQuiet();
    await close();
  });

  test('counts ages by the clock of the node, whatever that of the reader says', async () => {
    const { page, close } = await visit(browser, node.url);
    await page.clock.setSystemTime(Date.now() + 20 * 60_000);
    await page.reload();
    // It has been so for 31 minutes and not for 51, and nothing happens that would tell the time.
    await page
      .locator('.item', { hasText: '192.0.2.25/32' })
      .locator('.age', { hasText: /^3[1-9] min/u })
      .waitFor({ timeout: 10_000 });
    await close();
  });

  test('announces to a screen reader what changed, in a sentence', async () => {
    const { page, close } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    node.signal('uplink-a', 'down', 'no carrier');
    await page
      .locator('#live-region', { hasText: 'uplink-a is down.' })
      .waitFor({ state: 'attached' });
    await close();
  });
});

test('the dashboard says that it is not connected, and comes back by itself with all of the hour', async () => {
  const parts = everyState();
  const browser = await openBrowser();
  let node = await DashboardNode.start(parts);
  try {
    const { page } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    assert.equal(await page.locator('.stale').count(), 0);
    node.close();
    await page.locator('.stale', { hasText: /Not connected.*This data is .* old/u }).waitFor();
    assert.match(await page.title(), /^… lb-a/u);
    node = await DashboardNode.start(parts, { port: node.port });
    node.signal('uplink-a', 'down', 'no carrier');
    await page.locator('.stale').waitFor({ state: 'detached' });
    await page.locator('.item.is-down', { hasText: 'uplink-a' }).waitFor();
    await page.locator('.line', { hasText: 'uplink-a' }).waitFor();
  } finally {
    await browser.close();
    node.close();
  }
});
