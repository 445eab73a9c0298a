// The pictures of the README, and the texts of docs/operations.md: bash test/bench/run screenshots
// A real node: the daemon under a real ExaBGP with BIRD behind it, real servers and links in a network
// namespace. Takes four minutes, so that the plots have points and the last hour has events.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openBrowser, visit } from '../e2e/dashboard-browser.ts';
import { openLab, type Lab } from '../e2e/lab.ts';
import { routevaneCommand } from '../e2e/routevane.ts';
import { tcp, udp, type ServerSpec, type Servers } from '../e2e/servers.ts';
import { shrink } from './png.ts';

const folder = fileURLToPath(new URL('../../config/screenshots/', import.meta.url));
const plugin = fileURLToPath(new URL('../../config/plugins/disk-free.ts', import.meta.url));
const ADMIN = '127.0.0.1:9127';

/** How often a server fails while the plots fill, and for how long. */
const FAULT_EVERY_MS = 12_000;
const FAULT_MS = 3_000;
const FAULTS = 16;

const web = ['11', '12', '13', '14'].map((host) => tcp(`10.0.1.${host}:443`));
const api = Array.from({ length: 24 }, (_, index) => tcp(`10.0.4.${10 + index}:8443`));
const syslog = ['11', '12', '13'].map((host) => udp(`10.0.2.${host}:514`));
const all = [...web, ...api, ...syslog];

const yamlList = (specs: readonly ServerSpec[]): string =>
  specs.map(({ address, port }) => `${address}:${port}`).join(', ');

function config(lab: Lab): string {
  return `
node: lb-a
state_dir: ${lab.folder}/state
signals:
  uplink-a: { type: link, interface: eth0 }
  uplink-b: { type: link, interface: eth1 }
  disk: { type: plugin, module: ${plugin}, options: { path: /, freeMinPct: 1 } }
services:
  web:
    check: { type: tcp, mode: hold }
    quorum: 2
    real_servers: [${yamlList(web)}]
  api:
    check: { type: tcp }
    quorum: 50%
    real_servers: [${yamlList(api)}]
  syslog:
    check: { type: udp, timeout: 100ms, icmp_interval: 200ms }
    real_servers: [${yamlList(syslog)}]
routes:
  - { prefix: 198.51.100.10/32, when: [web, { any: [uplink-a, uplink-b] }], med: 100 }
  - { prefix: 198.51.100.84/32, when: [api, uplink-a], med: 100 }
  - { prefix: 198.51.100.20/32, when: [syslog, disk], med: 100 }
  - { prefix: 2001:db8:1::10/128, when: [web, uplink-b], next_hop: '2001:db8:99:1::1', med: 100 }
outputs:
  exabgp: { via: stdio }
admin: { socket: ${lab.folder}/admin.sock, listen: '${ADMIN}' }
`;
}

/** Addresses of the servers, and two uplinks whose far ends can be pulled. */
function wire(lab: Lab): void {
  const { namespace } = lab.nodes[0];
  const links = ['eth0', 'eth1'].flatMap((name) => [
    `link add ${name} type veth peer name ${name}far`,
    `link set ${name} up`,
    `link set ${name}far up`,
  ]);
  namespace.ip([...links, ...all.map(({ address }) => `address add ${address}/32 dev lo`)]);
}

/** Chromium inside the namespace, where the page is on loopback. */
function chromiumIn(lab: Lab): string {
  const path = join(lab.folder, 'chromium');
  const command = lab.nodes[0].namespace.inside(['/usr/bin/chromium', '"$@"']).join(' ');
  writeFileSync(path, `#!/bin/sh\nexec ${command}\n`);
  chmodSync(path, 0o755);
  return path;
}

function ask(lab: Lab, ...words: readonly string[]): string {
  const [command = '', ...args] = routevaneCommand(
    ...words,
    '--socket',
    `${lab.folder}/admin.sock`,
  );
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Server after server fails and recovers; once a rack of them, and once an uplink. */
async function faults(lab: Lab, servers: Servers): Promise<void> {
  const pulls = (state: 'up' | 'down'): void =>
    lab.nodes[0].namespace.ip([`link set eth1far ${state}`]);
  for (let fault = 0; fault < FAULTS; fault += 1) {
    const rack = api.slice(4, 10);
    const one = [...web, ...api][(fault * 5) % (web.length + api.length)];
    const failing = fault === 6 ? rack : one === undefined ? [] : [one];
    if (fault === 9) pulls('down');
    await servers.close(...failing);
    await passes(FAULT_MS);
    await servers.open(...failing);
    if (fault === 9) pulls('up');
    await passes(FAULT_EVERY_MS - FAULT_MS);
  }
  // How the pictures find it.
  ask(lab, 'drain', '10.0.2.11:514', '--for', '1h', '--reason', 'kernel update');
  await servers.close(...web.slice(1, 2));
  pulls('down');
  const isDown = (): boolean => ask(lab, 'status', '2001:db8:1::10/128').includes('withdrawn');
  await lab.until(isDown, 30_000, 'the IPv6 route is withdrawn');
  await passes(FAULT_MS);
}

async function take(page: Page, name: string, fullPage: boolean): Promise<void> {
  const path = `${folder}${name}.png`;
  writeFileSync(path, shrink(await page.screenshot({ fullPage })));
  console.log(`${name}: ${Math.ceil(statSync(path).size / 1024)} KiB`);
}

const lab = await openLab();
const browser = await openBrowser(chromiumIn(lab));
try {
  mkdirSync(folder, { recursive: true });
  wire(lab);
  const [node] = lab.nodes;
  const servers = await node.servers();
  await servers.open(...all);
  const file = join(lab.folder, 'routevane.yaml');
  writeFileSync(file, config(lab));
  await node.exabgp({ helper: routevaneCommand('run', '-c', file) });
  await lab.until(async () => (await lab.bird.count()) === 4, 30_000, 'BIRD has the routes');
  const url = `http://${ADMIN}/`;
  const viewport = { width: 1400, height: 900 };
  const light = await visit(browser, url, { colorScheme: 'light', viewport });
  const dark = await visit(browser, url, { colorScheme: 'dark', viewport });
  const phone = { colorScheme: 'light', viewport: { width: 390, height: 844 } } as const;
  const narrow = await visit(browser, url, phone);
  await faults(lab, servers);
  await take(light.page, 'light', true);
  await take(dark.page, 'dark', true);
  await take(narrow.page, 'narrow', false);
  await dark.page.locator('.item-main', { hasText: '198.51.100.10/32' }).click();
  await dark.page.waitForSelector('dialog .chain .chain');
  await take(dark.page, 'explain', false);
  const shown = ['uplink-a', 'uplink-b', 'web', '198.51.100.10', '2001:db8:1::10'];
  for (const words of [
    ['status', ...shown],
    ['explain', '2001:db8:1::10'],
  ]) {
    console.log(`\n$ routevane ${words.join(' ')}\n${ask(lab, ...words)}`);
  }
} finally {
  await browser.close();
  lab.close();
}
