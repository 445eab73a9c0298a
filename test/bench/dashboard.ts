// From the death of a real server to the change of the page in Chromium, by the whole
// program: kill -9 → sentinel → probes → core → stream → page. Prints figures, asserts nothing.
// Needs chromium: bash test/bench/run dashboard [ROUNDS]
import { openBrowser, visit, whenShown } from '../e2e/dashboard-browser.ts';
import { liveNode } from '../e2e/dashboard-live.ts';
import { Owner } from '../e2e/owner.ts';
import { printRow } from './reaction-parts.ts';

const rounds = Number(process.argv[2] ?? 60);
/** A sentinel that is closed too often is given up: no server falls more than twice. */
const fallsMax = 2;
const check = '{ type: tcp, mode: hold, interval: 1s, fall: 2, rise: 1 }';

const owner = new Owner();
const browser = await openBrowser();
try {
  const { url, servers } = await liveNode(owner, Math.ceil(rounds / fallsMax), check);
  const { page } = await visit(browser, url);
  const fellMs: number[] = [];
  const floorMs: number[] = [];
  await page.locator('.fold', { hasText: `${servers.length} of ${servers.length} up` }).waitFor();
  for (let round = 0; round < rounds; round += 1) {
    const victim = servers[round % servers.length];
    if (victim === undefined) throw new Error('there is a server');
    const shown = whenShown(page, '.row.is-down', victim.address);
    const killedMs = victim.kill();
    fellMs.push((await shown) - killedMs);
    await victim.start();
    await page.locator('.row.is-down').waitFor({ state: 'detached' });
    // What the measurement itself costs: a frame, and the answer of the browser.
    const frame = 'new Promise((done) => requestAnimationFrame(() => done(Date.now())))';
    const beganMs = Date.now();
    floorMs.push((await page.evaluate<number>(frame)) - beganMs);
  }
  printRow(`a server killed, until the page shows it (${rounds} rounds)`, fellMs);
  printRow('floor: one call and one frame of the same browser', floorMs);
} finally {
  await browser.close();
  owner.close();
}
