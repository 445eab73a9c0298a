import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Exabgp } from './exabgp.ts';
import { openLab, type Lab } from './lab.ts';
import { Owner } from './owner.ts';
import { startRoutevane } from './routevane.ts';
import { tcp } from './servers.ts';

const route = '198.51.100.1/32';
const web = tcp('127.1.0.1:80');

describe('via: pipe', () => {
  let lab: Lab | undefined;
  const owner = new Owner();

  before(async () => {
    lab = await openLab();
  });
  after(() => {
    owner.close();
    lab?.close();
  });

  test('announces through the named pipes, again after ExaBGP was restarted, and drains', async () => {
    assert.ok(lab);
    const [node] = lab.nodes;
    const has = (present: boolean) => async (): Promise<boolean> =>
      (await lab?.bird.routes())?.some(({ prefix }) => prefix === route) === present;
    const servers = await node.servers();
    await servers.open(web);
    const pipes = node.pipes();
    const first = await node.exabgp({ pipes });
    const file = join(lab.folder, 'pipe.yaml');
    writeFileSync(file, config(pipes.inPath, pipes.outPath));
    const routevane = startRoutevane(owner, node.namespace, 'run', '-c', file);
    const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
      await lab?.until(condition, 30_000, `${what}\n${routevane.stderr().slice(-3000)}`);
    };

    await until(has(true), 'announced');
    assert.equal(routevane.stdout(), '', 'stdout is not used');
    await servers.close(web);
    await until(has(false), 'withdrawn');
    await servers.open(web);
    await until(has(true), 'announced again');

    await stop(first);
    await until(has(false), 'gone with ExaBGP');
    pipes.recreate();
    await node.exabgp({ pipes });
    await until(has(true), 'announced to the new ExaBGP');
    await servers.close(web);
    await until(has(false), 'withdrawn from the new ExaBGP');
    await servers.open(web);
    await until(has(true), 'announced once more');

    routevane.kill('SIGTERM');
    assert.equal(await routevane.exit(30_000), 0);
    await until(has(false), 'withdrawn at the stop');

    async function stop(exabgp: Exabgp): Promise<void> {
      exabgp.kill('SIGKILL');
      await until(async () => !exabgp.running(), 'ExaBGP is gone');
    }
  });
});

function config(inPath: string, outPath: string): string {
  return `
check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web, med: 100, drain: 200ms }]
outputs: { exabgp: { via: pipe, in: ${inPath}, out: ${outPath} } }
`;
}
