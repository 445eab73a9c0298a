import assert from 'node:assert/strict';
import { assertApi, assertApiAnswer } from '../api-check.ts';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A busy machine starts a browser slowly. */
const patienceMs = 90_000;

/** The state of thousands of servers is checked in small tests: here it would take the page's time. */
const CHECKED_MAX_CHARS = 100_000;

/** Debian's package `chromium`. */
const executablePath = '/usr/bin/chromium';

/** Without its sandbox, because the tests run as root; they open nothing but our own page. */
export async function openBrowser(executable = executablePath): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu'],
    timeout: patienceMs,
  });
}

/** One page, with everything it complained about and every address it asked. */
export interface Visit {
  readonly page: Page;
  /**
   * Fails where the page complained of anything but `expected`, or asked anybody but its own
   * daemon. What the browser says of an answer may come later than what the page shows of it.
   */
  readonly assertQuiet: (expected?: RegExp) => void;
  readonly close: () => Promise<void>;
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  const check = (holds: () => void): void => {
    try {
      holds();
    } catch (error) {
      complaints.push(String(error));
    }
  };
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('websocket', (socket) => {
    requests.push(socket.url());
    socket.on('framereceived', ({ payload }) => {
      const text = payload.toString();
      if (text.length <= CHECKED_MAX_CHARS) check(() => assertApi('StreamMessage', text));
    });
  });
  page.on('response', (response) => {
    if (Number(response.headers()['content-length'] ?? 0) > CHECKED_MAX_CHARS) return;
    // A page that closes takes its answers with it.
    const body = response.text().catch(() => '');
    void body.then((text) => check(() => assertApiAnswer(response.url(), response.status(), text)));
  });
  const { host } = new URL(url);
  await context.route('**/*', async (route) => {
    requests.push(route.request().url());
    const isOurs = new URL(route.request().url()).host === host;
    // A page that closes takes its requests with it.
    await (isOurs ? route.continue() : route.abort()).catch(() => {});
  });
  await page.goto(url);
  return {
    page,
    assertQuiet: (expected) => {
      const unexpected = complaints.filter((line) => expected?.test(line) !== true);
      assert.deepEqual(unexpected, []);
      const foreign = requests.filter((request) => new URL(request).host !== host);
      assert.deepEqual(foreign, []);
    },
    close: async () => context.close(),
  };
}

/**
 * Resolves with the browser's time at the change of the page that made `text` appear within
 * `selector`. Text and no function, because what runs in the browser has other types than tests.
 */
export async function whenShown(page: Page, selector: string, text: string): Promise<number> {
  const [where, what] = [JSON.stringify(selector), JSON.stringify(text)];
  return page.evaluate<number>(`new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(${what} + ' is not shown')), ${patienceMs});
    const look = () => [...document.querySelectorAll(${where})].some((each) => each.textContent.includes(${what}));
    if (look()) return resolve(Date.now());
    const watcher = new MutationObserver(() => {
      if (!look()) return;
      watcher.disconnect();
      resolve(Date.now());
    });
    watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  })`);
}
