import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { BirdRoute } from './bird-text.ts';
import { check, type Step, type World } from './check.ts';
import { assertApiOutput } from '../api-check.ts';
import { routevaneCommand } from './routevane.ts';
import { tcp } from './servers.ts';
import { announced, step } from './steps.ts';

const first = '198.51.100.1/32';
const second = '198.51.100.2/32';
const servers = [tcp('127.1.0.1:80'), tcp('127.1.0.2:80')];

/** `state/` is the row's own folder. Three seconds of draining are seen by whoever looks often. */
const config = `
state_dir: state/
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] }
  dns: { check: { type: tcp }, real_servers: ["127.1.0.2:80"] }
routes:
  - { prefix: ${first}, when: web, med: 100, drain: 3s }
  - { prefix: ${second}, when: dns, med: 100, drain: 3s }
admin: { socket: state/admin.sock }
`;

check('maintenance, as BIRD sees it', {}, [
  {
    name: 'drain node --wait: every route leaves in two steps, and it returns when all are gone',
    config,
    open: servers,
    steps: [
      announced(first, { med: 100, localPref: 100 }),
      announced(second, { med: 100, localPref: 100 }),
      drains('node', [first, second]),
      asks(['status'], /^this node is in maintenance: cards \(\S+ for al\)$/mu),
      asks(['explain', first], /drained by \S+ \(uid \d+\) on behalf of al: cards/u),
      asks(['undrain', 'node'], /maintenance has ended/u),
      announced(first, { med: 100, localPref: 100 }),
      announced(second, { med: 100, localPref: 100 }),
    ],
  },
  {
    name: 'drain of a service takes along the routes that need it, and no other',
    config,
    open: servers,
    steps: [
      announced(first),
      announced(second),
      drains('web', [first]),
      announced(second, { med: 100, localPref: 100 }),
    ],
  },
]);

/** Drains with --wait, and watches BIRD meanwhile: serving, draining, gone, in this order. */
function drains(name: string, prefixes: readonly string[]): Step {
  return step(`drain ${name} --wait`, async (world) => {
    const { lab } = world;
    const seen = new Map(prefixes.map((prefix) => [prefix, ['serving']]));
    const over = new AbortController();
    const watching = (async (): Promise<void> => {
      while (!over.signal.aborted) note(await lab.bird.routes(), seen);
    })();
    const why = ['--owner', 'al', '--reason', 'cards'];
    const { code, text } = await run(world, 'drain', name, '--wait', ...why);
    over.abort();
    await watching;
    equal(code, 0, text);
    match(text, new RegExp(`^${name}: drained$`, 'mu'));
    const status = JSON.parse((await run(world, 'status', '--json')).text);
    for (const route of status.routes) {
      if (!prefixes.includes(route.prefix)) continue;
      deepEqual([route.state, route.confirmed], ['withdrawn', true], route.prefix);
    }
    const gone = async (): Promise<boolean> =>
      (await lab.bird.routes()).every((route) => !prefixes.includes(route.prefix));
    await lab.until(gone, 15_000, 'BIRD has lost them');
    for (const states of seen.values()) deepEqual(states.slice(0, 2), ['serving', 'draining']);
  });
}

/** Adds the state of each route where it is another one than before. */
function note(routes: readonly BirdRoute[], seen: ReadonlyMap<string, string[]>): void {
  for (const [prefix, states] of seen) {
    const found = routes.find((route) => route.prefix === prefix);
    const isLeaving = found?.communities.includes('65535:0') === true;
    const state = found === undefined ? 'gone' : isLeaving ? 'draining' : 'serving';
    if (state !== states.at(-1)) states.push(state);
  }
}

function asks(words: readonly string[], pattern: RegExp): Step {
  return step(`routevane ${words.join(' ')}`, async (world) => {
    const { code, text } = await run(world, ...words);
    equal(code, 0, text);
    match(text, pattern);
  });
}

async function run(
  { configPath }: World,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const socket = join(dirname(configPath), 'admin.sock');
  const [command = '', ...args] = routevaneCommand(...words, '--socket', socket);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = await once(child, 'close');
  if (code === 0) assertApiOutput(words, text);
  return { code, text };
}
