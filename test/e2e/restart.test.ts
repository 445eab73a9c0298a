import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as passes } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bfdConfig, startPair } from './bfd-steps.ts';
import { openLab, type Lab } from './lab.ts';
import { Owner } from './owner.ts';
import { startRoutevane, type Routevane } from './routevane.ts';
import { tcp, type Servers } from './servers.ts';

const a = tcp('127.1.0.1:80');
const b = tcp('127.1.0.2:80');
const kills = 20;

/** Rules that need longer for a first verdict than `startup_timeout`, one route for each. */
const slowRules = ['program', 'child', 'module', 'tor', 'web'];
const routeOf = (index: number): string => `198.51.100.${index + 1}/32`;
const fixtures = fileURLToPath(new URL('../fixtures/plugins', import.meta.url));

const pair = await startPair();

describe('kill -9', () => {
  let lab: Lab | undefined;
  let servers: Servers | undefined;
  const owner = new Owner();

  before(async () => {
    lab = await openLab();
    servers = await lab.nodes[0].servers();
    await servers.open(a, b);
  });
  after(() => {
    owner.close();
    lab?.close();
  });

  test(`${kills} times, with slow checks, plugins and BFD: BIRD sees no UPDATE`, async () => {
    assert.ok(lab !== undefined && servers !== undefined);
    const world = await open(lab, owner, 'slow');
    const signals = `${bfdConfig(pair, 'updelay: 3s').replace('2s', '500ms')}
  program: { type: exec, command: [/bin/true], interval: 3s, timeout: 1s, rise: 3 }
  child: { type: execd, command: [${fixtures}/slow-child.sh], trigger: self, stale_after: 8s }
  module: { type: plugin, module: ${fixtures}/slow.ts, stale_after: 8s, rise: 3 }
services:
  web:
    check: { type: tcp, interval: 2s, timeout: 500ms, fast_interval: 1s, rise: 3, fall: 2 }
    real_servers: ["${a.address}:${a.port}"]
routes:
${slowRules.map((name, index) => `  - { prefix: ${routeOf(index)}, when: ${name} }`).join('\n')}
`;
    world.configure(signals);
    let routevane = world.start();
    const prefixes = slowRules.map((_, index) => routeOf(index));
    await world.until(async () => (await world.missing(prefixes)).length === 0, 'all announced');
    const before20 = await world.updates();
    for (let kill = 0; kill < kills; kill += 1) {
      // With a state directory it must be as good as without one.
      if (kill === kills / 2) world.configure(`state_dir: ${world.stateDir}\n${signals}`);
      routevane.kill('SIGKILL');
      await routevane.exit(10_000);
      routevane = world.start();
      // When in its start it is killed is the point, and no event.
      await passes(200 + ((kill * 397) % 1300));
    }
    // Longer than any first verdict takes.
    await passes(10_000);
    assert.deepEqual(await world.missing(prefixes), []);
    assert.equal((await world.updates()) - before20, 0, routevane.stderr().slice(-3000));
    routevane.kill('SIGTERM');
    assert.equal(await routevane.exit(30_000), 0);
    await world.close();
  });

  test('gives max_withdraw no new budget', async () => {
    assert.ok(lab !== undefined && servers !== undefined);
    const world = await open(lab, owner, 'budget');
    world.configure(`
state_dir: ${world.stateDir}
max_withdraw: { share: 50%, per: 10m }
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services:
  web: { check: { type: tcp }, real_servers: ["${a.address}:${a.port}"] }
  api: { check: { type: tcp }, real_servers: ["${b.address}:${b.port}"] }
routes:
  - { prefix: ${routeOf(0)}, when: web }
  - { prefix: ${routeOf(1)}, when: api }
`);
    const prefixes = [routeOf(0), routeOf(1)];
    let routevane = world.start();
    await world.until(async () => (await world.missing(prefixes)).length === 0, 'both announced');
    await servers.close(a, b);
    await routevane.until(() => routevane.stderr().includes('withdraws_held'), 'one is held');
    await world.until(async () => (await world.missing(prefixes)).length === 1, 'one is gone');
    // The checkpoint is written once a second: a kill before that forgets the withdraw.
    const spent = (): boolean => /"withdrawnAtMs":\[\d/u.test(world.checkpoint());
    await routevane.until(spent, 'the checkpoint has the withdraw');
    for (let kill = 0; kill < 3; kill += 1) {
      routevane.kill('SIGKILL');
      await routevane.exit(10_000);
      routevane = world.start();
      await routevane.until(
        () => routevane.stderr().includes('withdraws_held'),
        'it is held again',
      );
    }
    assert.equal((await world.missing(prefixes)).length, 1);
    routevane.kill('SIGKILL');
    await world.close();
  });
});

/** One ExaBGP with its pipes, and routevane beside it: no respawn limit ends the test. */
async function open(lab: Lab, owner: Owner, name: string) {
  const [node] = lab.nodes;
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  const pipes = node.pipes();
  await node.exabgp({ pipes });
  const file = join(folder, 'routevane.yaml');
  let current: Routevane | undefined;
  const stateDir = join(folder, 'state');
  return {
    stateDir,
    /** `''`: none is written yet. */
    checkpoint: (): string => {
      const path = join(stateDir, 'checkpoint.json');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    configure: (text: string): void =>
      writeFileSync(
        file,
        `${text}outputs: { exabgp: { via: pipe, in: ${pipes.inPath}, out: ${pipes.outPath} } }\n`,
      ),
    start: (): Routevane => {
      current = startRoutevane(owner, node.namespace, 'run', '-c', file);
      return current;
    },
    until: (condition: () => Promise<boolean>, what: string): Promise<unknown> =>
      lab.until(condition, 30_000, what).catch((error: unknown) => {
        throw new Error(`${String(error)}
${current?.stderr().slice(-3000) ?? ''}`);
      }),
    missing: async (prefixes: readonly string[]): Promise<readonly string[]> => {
      const there = new Set((await lab.bird.routes()).map(({ prefix }) => prefix));
      return prefixes.filter((prefix) => !there.has(prefix));
    },
    updates: async (): Promise<number> => {
      const { updates, withdraws } = await lab.bird.counters(node.session);
      return updates + withdraws;
    },
    close: (): Promise<void> => node.reset(),
  };
}
