import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, visit, whenShown } from './dashboard-browser.ts';
import { DashboardNode } from './dashboard-node.ts';
import { manyServers } from './dashboard-states.ts';

const servers = 2000;
const flips = 500;
const flipsPerFrame = 20;
/** What each of the searches below finds. */
const counts = [
  '2,000 of 2,000',
  '2,000 of 2,000',
  '257 of 2,000',
  '1 of 2,000',
  '1 of 2,000',
  '2,000 real servers',
  '200 of 2,000',
  '200 of 2,000',
  '55 of 2,000',
  '5 of 2,000',
];
/** More elements than this, and the list is not windowed any more. */
const rowsMax = 40;

describe(`the dashboard with ${servers} real servers`, () => {
  let browser: Browser;
  let node: DashboardNode;
  before(async () => {
    browser = await openBrowser();
    node = await DashboardNode.start(manyServers(servers));
  });
  after(async () => {
    await browser.close();
    node.close();
  });

  test('shows the whole first, and makes only the rows that can be seen', async () => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    const fold = page.locator('.fold', { hasText: '1800 of 1800 up' });
    await fold.waitFor();
    assert.equal(await page.locator('.item .row').count(), servers - 1800);
    await fold.click();
    const list = page.locator('.rows', {
      has: page.locator('ul[aria-label="real servers of edge"]'),
    });
    await list.locator('.row').first().waitFor();
    assert.ok((await list.locator('.row').count()) < rowsMax);
    await list.evaluate((element) => Object.assign(element, { scrollTop: 1e6 }));
    await list.locator('[aria-posinset="1800"]').waitFor();
    assert.ok((await list.locator('.row').count()) < rowsMax);
    assertQuiet();
    await close();
  });

  test('finds the one that is down, and lists it unasked', async () => {
    const { page, close } = await visit(browser, node.url);
    await page.waitForSelector('.columns');
    node.server('edge/10.3.7.1:443', 'down', 'refused');
    await page.locator('.row.is-down', { hasText: '10.3.7.1:443' }).waitFor();
    await page.locator('.fold', { hasText: '1799 of 1800 up, 1 down' }).click();
    await page.getByLabel('only servers that are not up').check();
    const list = page.locator('ul[aria-label="real servers of edge"] .row');
    await list.first().waitFor();
    assert.equal(await list.count(), 1);
    node.server('edge/10.3.7.1:443', 'up', '');
    await page.locator('.note', { hasText: /^all servers are up$/u }).waitFor();
    await close();
  });

  test('is searched by name and address, and filtered by state, by keyboard alone', async () => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    const search = page.getByRole('searchbox', { name: /real servers by name or address/u });
    const count = page.locator('.finder .count');
    await count.filter({ hasText: '2,000 real servers' }).waitFor();
    await search.press('1');
    await search.fill('EDGE 10.3.7.');
    await count.filter({ hasText: /^\s*1 of 2,000\s*$/u }).waitFor();
    await search.fill('app-7');
    await count.filter({ hasText: '5 of 2,000' }).waitFor();
    const found = page.locator('ul[aria-label="real servers found"] .row');
    assert.deepEqual(await found.locator('.name').allTextContents(), [
      'app-7/10.99.7.0:80',
      'app-7/10.99.7.1:80',
      'app-7/10.99.7.2:80',
      'app-7/10.99.7.3:80',
      'app-7/10.99.7.4:80',
    ]);
    node.server('app-7/10.99.7.3:80', 'down', 'refused');
    node.server('edge/10.1.9.1:443', 'down', 'refused');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await count.filter({ hasText: '1 of 2,000' }).waitFor();
    await search.fill('');
    await count.filter({ hasText: '2 of 2,000' }).waitFor();
    await search.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    assert.match(await page.evaluate('document.activeElement.textContent'), /app-7\/10\.99\.7\.3/u);
    await page.keyboard.press('Enter');
    await page.locator('dialog .chain', { hasText: '10.99.7.3' }).waitFor();
    await page.keyboard.press('Escape');
    node.server('app-7/10.99.7.3:80', 'up', '');
    node.server('edge/10.1.9.1:443', 'up', '');
    await count.filter({ hasText: '0 of 2,000' }).waitFor();
    await page.locator('.finder .note', { hasText: 'no real server matches' }).waitFor();
    assertQuiet();
    await close();
  });

  test('finds what flaps', async () => {
    const { page, close } = await visit(browser, node.url);
    await page.locator('.finder').waitFor();
    for (let fall = 0; fall < 3; fall += 1) {
      node.server('edge/10.2.5.1:443', 'down', 'refused');
      node.server('edge/10.2.5.1:443', 'up', '');
    }
    await page.getByLabel('flapping', { exact: true }).check();
    const row = page.locator('.finder .row', { hasText: 'edge/10.2.5.1:443' });
    await row.locator('.word', { hasText: 'up, flapping' }).waitFor();
    await page.locator('.finder .count', { hasText: '1 of 2,000' }).waitFor();
    await close();
  });

  test('shows what a search finds within a frame or two', async (context) => {
    const { page, close } = await visit(browser, node.url);
    await page.locator('.finder').waitFor();
    const found = await page.evaluate<readonly Search[]>(searches);
    context.diagnostic(
      found.map(({ text, tookMs }) => `${text} ${tookMs.toFixed(1)} ms`).join(', '),
    );
    assert.deepEqual(
      found.map(({ count }) => count),
      counts,
    );
    // The best of them: this machine may be busy.
    assert.ok(Math.min(...found.map(({ tookMs }) => tookMs)) < 100);
    assert.ok((await page.locator('.finder .row').count()) < rowsMax);
    await close();
  });

  test('stays smooth while a quarter of them falls and rises', async (context) => {
    const { page, assertQuiet, close } = await visit(browser, node.url);
    await page.locator('.fold', { hasText: '1800 of 1800 up' }).click();
    await page.locator('ul[aria-label="real servers of edge"] .row').first().waitFor();
    await countDraws(page);
    const shown = whenShown(page, '.fold', `${1800 - flips} of 1800 up, ${flips} down`);
    const beganMs = Date.now();
    await flip(page, node, 'down');
    const tookMs = (await shown) - beganMs;
    const risen = whenShown(page, '.fold', '1800 of 1800 up');
    await flip(page, node, 'up');
    await risen;
    const { frames, draws, rowsAtMost, tasksMs } = await page.evaluate<Draws>('globalThis.draws');
    context.diagnostic(
      `${flips} falls, ${flipsPerFrame} a frame, shown after ${tookMs} ms; tasks above 50 ms: ${tasksMs.map(Math.round).join(', ') || 'none'}`,
    );
    // How long a draw takes is this machine's; how many there are, and of how much, is ours.
    assert.ok(draws > 0 && draws <= frames * 2, `${draws} draws in ${frames} frames`);
    assert.ok(rowsAtMost < rowsMax, `${rowsAtMost} rows at once`);
    assertQuiet();
    await close();
  });
});

interface Search {
  readonly text: string;
  readonly count: string;
  readonly tookMs: number;
}

/** From each key that is typed to the end of the next frame, and what the page says then. */
const searches = `(async () => {
  const input = document.querySelector('.finder .search');
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const found = [];
  for (const text of ['1', '10', '10.3', '10.3.7.', '10.3.7.1:', '', 'a', 'app', 'app-3', 'app-37']) {
    await frame();
    const beganMs = performance.now();
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await frame();
    const tookMs = performance.now() - beganMs;
    found.push({ text, tookMs, count: document.querySelector('.finder .count').textContent.trim() });
  }
  return found;
})()`;

/** A few in each frame, so that the page has to draw all the time. */
async function flip(page: Page, node: DashboardNode, to: 'up' | 'down'): Promise<void> {
  for (let at = 0; at < flips; at += 1) {
    const address = `10.${1 + (at >> 8)}.${at & 255}.1:443`;
    node.server(`edge/${address}`, to, to === 'up' ? '' : 'refused');
    if (at % flipsPerFrame === 0) {
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
    }
  }
}

interface Draws {
  readonly frames: number;
  /** How often the page changed what it shows. */
  readonly draws: number;
  /** Rows of the opened service. */
  readonly rowsAtMost: number;
  readonly tasksMs: readonly number[];
}

async function countDraws(page: Page): Promise<void> {
  await page.evaluate(`{
    const counted = (globalThis.draws = { frames: 0, draws: 0, rowsAtMost: 0, tasksMs: [] });
    const rows = document.querySelector('ul[aria-label="real servers of edge"]');
    new MutationObserver(() => {
      counted.draws += 1;
      counted.rowsAtMost = Math.max(counted.rowsAtMost, rows.querySelectorAll('.row').length);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    const frame = () => {
      counted.frames += 1;
      requestAnimationFrame(frame);
    };
    frame();
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) counted.tasksMs.push(duration);
    }).observe({ type: 'longtask' });
  }`);
}
