// The pictures of the README: bash test/bench/run screenshots
// A node that is made up, on the real admin server and page; takes a minute, so that the plots have points.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { nowMs } from '../../src/platform/clock.ts';
import { openBrowser, visit } from '../e2e/dashboard-browser.ts';
import { cause, DashboardNode } from '../e2e/dashboard-node.ts';
import { drainView, route, server, service, signal } from '../e2e/dashboard-states.ts';
import { shrink } from './png.ts';

const folder = fileURLToPath(new URL('../../config/screenshots/', import.meta.url));
const stepMs = 2000;
const steps = 30;

const web = ['11', '12', '13', '14'].map((at) => server('web', `10.0.1.${at}:443`, 'up'));
const api = Array.from({ length: 24 }, (_, at) => server('api', `10.0.4.${10 + at}:8443`, 'up'));
const dns = ['11', '12', '13'].map((at) => server('dns', `10.0.2.${at}:53`, 'up'));
const [dnsOne, ...dnsRest] = dns;
if (dnsOne === undefined) throw new Error('dns has servers');
const node = await DashboardNode.start({
  signals: [
    signal('uplink-a', 'link', 'up'),
    signal('uplink-b', 'link', 'up'),
    signal('tor-a', 'bfd', 'up'),
    signal('tor-b', 'bfd', 'up'),
    signal('disk', 'plugin', 'up'),
  ],
  services: [
    service('web', 443, 'up', web),
    service('api', 8443, 'up', api),
    service('dns', 53, 'up', [{ ...dnsOne, drain: drainView(dnsOne.key) }, ...dnsRest]),
  ],
  routes: [
    route('192.0.2.10/32', 'announced', 'web is up; uplink-a is up'),
    route('192.0.2.84/32', 'announced', 'api is up; uplink-a is up'),
    route('192.0.2.53/32', 'announced', 'dns is up'),
    route('2001:db8::10/128', 'announced', 'web is up; tor-b is up'),
  ],
});
node.rig.admin.report({
  kind: 'state',
  sink: 'exabgp',
  state: 'connected',
  peerVersion: '4.2.21',
  reason: '',
});

for (const key of ['192.0.2.10/32', '192.0.2.84/32', '192.0.2.53/32', '2001:db8::10/128']) {
  node.confirm(key);
}

/** An hour with two bad moments. */
function hour(): void {
  const names = [...web, ...api].map(({ key }) => key);
  for (let minute = 58; minute > 0; minute -= 1) {
    const count = minute === 41 ? 18 : minute === 17 ? 6 : minute % 7 === 0 ? 1 : 0;
    for (let at = 0; at < count; at += 1) {
      const name = names[(minute + at) % names.length] ?? '';
      const atMs = nowMs() - minute * 60_000 + at * 40;
      const why = cause(name, 'refused');
      node.past([{ name, from: 'up', to: 'down', reason: 'refused', atMs, cause: why }], []);
      const backMs = atMs + 90_000;
      node.past([{ name, from: 'down', to: 'up', reason: '', atMs: backMs, cause: why }], []);
    }
  }
  const atMs = nowMs() - 41 * 60_000;
  const why = cause('tor-b', 'detection time expired');
  node.past(
    [{ name: 'tor-b', from: 'up', to: 'down', reason: 'detection time expired', atMs, cause: why }],
    [],
  );
  node.past(
    [{ name: 'tor-b', from: 'down', to: 'up', reason: '', atMs: atMs + 30_000, cause: why }],
    [],
  );
}

async function take(page: Page, name: string, fullPage: boolean): Promise<void> {
  const path = `${folder}${name}.png`;
  writeFileSync(path, shrink(await page.screenshot({ fullPage })));
  console.log(`${name}: ${Math.ceil(statSync(path).size / 1024)} KiB`);
}

const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  hour();
  const light = await visit(browser, node.url, { colorScheme: 'light' });
  const dark = await visit(browser, node.url, { colorScheme: 'dark' });
  const viewport = { width: 390, height: 844 };
  const narrow = await visit(browser, node.url, { colorScheme: 'light', viewport });
  for (let step = 0; step < steps; step += 1) {
    for (const [at, { key }] of [...web, ...api, ...dns].entries()) {
      const wave = 0.35 + 0.1 * Math.sin((step + at) / 4);
      const latencyMs = wave * (at % 13 === 0 ? 3 : 1);
      node.observe({ signal: key, state: 'up', reason: '', atMs: nowMs(), latencyMs });
    }
    if (step % 8 === 3)
      node.route(
        '2001:db8::10/128',
        'withdrawn',
        'tor-b is down',
        cause('tor-b', 'detection time expired'),
      );
    if (step % 8 === 5)
      node.route('2001:db8::10/128', 'announced', 'web is up; tor-b is up', cause('tor-b', ''));
    await light.page.waitForTimeout(stepMs);
  }
  node.server('web/10.0.1.12:443', 'down', 'refused');
  node.signal('tor-b', 'down', 'detection time expired');
  node.route(
    '2001:db8::10/128',
    'withdrawn',
    'tor-b is down; web is up',
    cause('tor-b', 'detection time expired'),
  );
  await light.page.waitForTimeout(stepMs);
  await take(light.page, 'light', true);
  await take(dark.page, 'dark', true);
  await take(narrow.page, 'narrow', false);
  await dark.page.locator('.item-main', { hasText: '192.0.2.10/32' }).click();
  await dark.page.waitForSelector('dialog .chain .chain');
  await take(dark.page, 'explain', false);
} finally {
  await browser.close();
  node.close();
}
