import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { program } from '../e2e/parts.ts';
import { blocks, part, readmeBlock } from './markdown.ts';
import { lines, routevane, typed, workshop } from './workshop.ts';

const HEADING = '## Under ExaBGP';
const SERVERS = ['10.0.1.11:443', '10.0.1.12:443', '10.0.1.13:443'];

/** Replaces each key by its value. */
function replaced(text: string, by: ReadonlyMap<string, string>): string {
  return [...by].reduce((result, [from, to]) => result.replaceAll(from, to), text);
}

/** Listens in the place of each real server; resolves to the addresses by those of the README. */
async function listeners(t: TestContext): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of SERVERS) {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    found.set(name, `127.0.0.1:${address.port}`);
  }
  return found;
}

/** Starts ExaBGP with its helper; resolves when that has logged all of these, in any order. */
async function startExabgp(
  t: TestContext,
  folder: string,
  wanted: readonly string[],
): Promise<void> {
  const exabgp = spawn(program('exabgp'), ['exabgp.conf'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      'exabgp.daemon.user': userInfo().username,
      'exabgp.log.destination': 'stderr',
      'exabgp.api.cli': 'false',
    },
  });
  t.after(async () => {
    exabgp.kill('SIGKILL');
    // Its helper has the same stderr, and ends when ExaBGP has.
    await once(exabgp, 'close');
    rmSync(folder, { recursive: true });
  });
  const missing = new Set(wanted);
  const log: string[] = [];
  for await (const line of createInterface(exabgp.stderr)) {
    log.push(line);
    for (const text of missing) if (line.includes(text)) missing.delete(text);
    if (missing.size === 0) break;
  }
  assert.deepEqual([...missing], [], log.join('\n'));
  exabgp.stderr.resume();
}

/** What differs from run to run: times, which server was the last, and what was known at first. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d /gu, '')
    .replaceAll(/\d\d:\d\d:\d\d(?:\.\d{3})?/gu, 'TIME')
    .replaceAll(/for \d+ s/gu, 'for SECONDS')
    .replaceAll(/10\.0\.1\.1\d/gu, 'SERVER')
    .replaceAll(/ \(\d of 3 servers up.*/gu, '.')
    .replaceAll(/; now: web is up\.$/gmu, '.');
}

test('the way under ExaBGP ends with what is shown, with a real ExaBGP', async (t) => {
  const addresses = await listeners(t);
  const folder = workshop();
  const socket = join(folder, 'admin.sock');
  const configuration = readmeBlock('## A configuration', 'yaml');
  const local = new Map([...addresses, ['/run/routevane/admin.sock', socket]]);
  writeFileSync(join(folder, 'routevane.yaml'), replaced(configuration, local));
  const [exabgp, shown] = blocks(part('README.md', HEADING)).filter(
    ({ language }) => language === '',
  );
  assert.ok(exabgp !== undefined && shown !== undefined);
  const places = new Map([
    ['/usr/local/bin/routevane', routevane(folder)],
    ['/etc/routevane/routevane.yaml', join(folder, 'routevane.yaml')],
    ['203.0.113.1 ', '127.0.0.1 '],
    ['local-address 203.0.113.2', 'local-address 127.0.0.1'],
  ]);
  writeFileSync(join(folder, 'exabgp.conf'), replaced(exabgp.text, places));

  const up = [...addresses.values()].map((address) => `"msg":"web/${address} is up"`);
  await startExabgp(t, folder, [...up, '"event":"action_sent"']);
  const [command = ''] = lines(readmeBlock(HEADING, 'sh'));
  const printed = typed(command, folder, { ROUTEVANE_SOCKET: socket });
  const names = new Map([...addresses].map(([name, address]) => [address, name]));
  const [expected, found] = [shown.text, replaced(printed, names)].map((text) =>
    lines(withoutChance(text)),
  );
  assert.deepEqual(found?.slice(0, expected?.length), expected, printed);
});
