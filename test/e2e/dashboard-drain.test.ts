import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { token } from '../admin/rig.ts';
import { openBrowser, visit } from './dashboard-browser.ts';
import { DashboardNode } from './dashboard-node.ts';
import { drainView, everyState } from './dashboard-states.ts';

/** One card of each kind that can be drained, as its button names it, and by its name. */
const cards = [
  ['service web', 'web'],
  ['real server web/10.0.1.13:443', 'web/10.0.1.13:443'],
  ['route 192.0.2.10/32', '192.0.2.10/32'],
  ['node', 'node'],
] as const;

describe('maintenance from the dashboard', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(async () => browser.close());

  test('needs a token, and then drains and takes back', async () => {
    const node = await DashboardNode.start(everyState(), { withToken: true });
    const { page, assertQuiet } = await visit(browser, node.url);
    try {
      await logIn(page, 'not-the-token-at-all');
      await page.locator('[role=alert]').waitFor();
      await logIn(page, token);
      const row = page.locator('.row', { hasText: '10.0.1.13:443' });
      await row.click();

      await page.getByLabel('Reason', { exact: true }).fill('new kernel');
      await page.getByLabel('For', { exact: true }).fill('2h');
      await page.getByRole('button', { name: 'Drain web/10.0.1.13:443', exact: true }).click();
      await page.locator('dialog .note', { hasText: 'new kernel' }).waitFor();
      await page.locator('.row.is-draining', { hasText: '10.0.1.13:443' }).waitFor();
      await page.locator('.line', { hasText: 'drain started' }).waitFor();
      const [drain] = node.rig.controls;
      assert.ok(drain?.kind === 'drain');
      assert.deepEqual([drain.drain.name, drain.drain.reason], ['web/10.0.1.13:443', 'new kernel']);

      await page.getByRole('button', { name: 'Undrain web/10.0.1.13:443' }).click();
      await page.locator('.row.is-up', { hasText: '10.0.1.13:443' }).waitFor();
      assert.equal(node.rig.controls.at(-1)?.kind, 'undrain');
      // What the browser itself says of the refused login is the only complaint.
      assertQuiet(/\b401\b/u);
    } finally {
      await page.context().close();
      node.close();
    }
  });

  test('begins and ends by the buttons of each card, by keyboard alone', async () => {
    const node = await DashboardNode.start(everyState(), { withToken: true });
    const { page, assertQuiet } = await visit(browser, node.url);
    try {
      await logIn(page, token);
      for (const [what, name] of cards) {
        await page.getByRole('button', { name: `Drain ${what}`, exact: true }).press('Enter');
        const dialog = page.getByRole('dialog', { name: `Drain ${name}` });
        await dialog.getByLabel('Reason', { exact: true }).fill('new kernel');
        const forced = await page.evaluate('document.activeElement.name');
        assert.equal(forced, 'reason', 'the focus is in the dialog');
        await page.keyboard.press('Enter');
        await dialog.waitFor({ state: 'detached' });
        const drained = node.rig.controls.at(-1);
        assert.ok(drained?.kind === 'drain', what);
        assert.deepEqual([drained.drain.name, drained.drain.reason], [name, 'new kernel']);
        await page.locator('.line', { hasText: 'new kernel' }).first().waitFor();

        await page.getByRole('button', { name: `Undrain ${what}`, exact: true }).press('Enter');
        const back = page.getByRole('dialog', { name: `Undrain ${name}` });
        await back.locator('.note', { hasText: 'new kernel' }).waitFor();
        await back.getByRole('button', { name: `Undrain ${name}` }).press('Enter');
        await back.waitFor({ state: 'detached' });
        assert.equal(node.rig.controls.at(-1)?.kind, 'undrain', what);
        await page.getByRole('button', { name: `Drain ${what}`, exact: true }).waitFor();
        const focused = await page.evaluate('document.activeElement.ariaLabel');
        assert.equal(focused, `Drain ${what}`, 'the focus is back where it was');
      }
      assertQuiet();
    } finally {
      await page.context().close();
      node.close();
    }
  });

  test('asks again before it takes the last server', async () => {
    const node = await DashboardNode.start(everyState(), { withToken: true });
    const { page } = await visit(browser, node.url);
    try {
      for (const last of ['11', '12', '13'])
        node.server(`web/10.0.1.${last}:443`, 'down', 'refused');
      await logIn(page, token);
      await page.locator('.row', { hasText: '10.0.1.14:443' }).click();
      await page.getByLabel('Reason', { exact: true }).fill('new kernel');
      const button = page.getByRole('button', { name: 'Drain web/10.0.1.14:443', exact: true });
      await button.click();
      await page.locator('dialog [role=alert]', { hasText: 'last server of web' }).waitFor();
      assert.equal(node.rig.controls.length, 0);
      await page.getByLabel('force the drain').check();
      await button.click();
      await page.locator('.row.is-draining', { hasText: '10.0.1.14:443' }).waitFor();
    } finally {
      await page.context().close();
      node.close();
    }
  });

  test('is not offered for what is in maintenance with something larger', async () => {
    const parts = everyState();
    const syslog = parts.services.find(({ name }) => name === 'syslog');
    const [first] = syslog?.realServers ?? [];
    assert.ok(syslog !== undefined && first !== undefined);
    syslog.realServers[0] = { ...first, drain: drainView('syslog') };
    const node = await DashboardNode.start(parts, { withToken: true });
    const { page, assertQuiet } = await visit(browser, node.url);
    try {
      await logIn(page, token);
      await page.locator('.row', { hasText: first.address }).click();
      await page.locator('dialog .note', { hasText: 'in maintenance with syslog' }).waitFor();
      assert.equal(await page.locator('dialog form').count(), 0);
      assertQuiet();
    } finally {
      await page.context().close();
      node.close();
    }
  });

  test('is not offered without a token, and the page says what to do instead', async () => {
    const node = await DashboardNode.start(everyState());
    const { page, assertQuiet } = await visit(browser, node.url);
    try {
      await page.locator('.row', { hasText: '10.0.1.13:443' }).click();
      await page.locator('dialog code', { hasText: 'routevane drain web/10.0.1.13:443' }).waitFor();
      assert.equal(await page.locator('dialog form').count(), 0);
      assertQuiet();
    } finally {
      await page.context().close();
      node.close();
    }
  });
});

async function logIn(page: Page, word: string): Promise<void> {
  await page.getByLabel('Token').fill(word);
  await page.getByRole('button', { name: 'Log in' }).click();
}
