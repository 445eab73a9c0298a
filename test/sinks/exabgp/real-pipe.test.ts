import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { ended } from '../../e2e/exabgp.ts';
import { type Lab, openLab } from '../../e2e/lab.ts';
import { type Life, Rig, commands } from './rig.ts';
import { manyPrefixes, wishAll } from './sample.ts';

const one = '198.51.100.1/32';
/** Only a failure takes so long. */
const patienceMs = 60_000;

describe('the sink at the named pipes of a real ExaBGP', () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab.close());

  test('finds an ExaBGP that comes late, and tells a restarted one everything again', async (t) => {
    const pipes = lab.nodes[0].pipes();
    const rig = new Rig(lab.folder);
    await rig.ready();
    const [command = '', ...args] = rig.command;
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const life = await rig.life(0);
    const many = manyPrefixes(500);
    const { inPath, outPath } = pipes;
    life.order({
      kind: 'config',
      prefixes: [one, ...many],
      exabgp: { via: 'pipe', inPath, outPath },
      stateDir: null,
    });
    life.order({ kind: 'turn', wishes: { [one]: 100, ...wishAll(many, 100) } });
    await life.until((told) => states(told).length === 1, 'nobody reads the pipe');

    const first = await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, patienceMs, 'all routes');

    // Without send events only time keeps the changes of a route apart.
    life.order({ kind: 'turn', wishes: { [one]: 200 } });
    await life.until((told) => commands(told).some((line) => line.includes('med 200')), '200');
    life.order({ kind: 'turn', wishes: { [one]: 100 } });
    await life.until(
      (told) =>
        commands(told).filter((line) => line.endsWith(`${one} next-hop self med 100`)).length > 0,
      '100 again',
    );

    first.kill('SIGKILL');
    await ended(first, patienceMs);
    await life.until((told) => states(told).at(-1) === 'lost', 'it is gone');
    pipes.recreate();
    const second = await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, patienceMs, 'all routes again');
    const med = (await lab.bird.routes()).find(({ prefix }) => prefix === one)?.med;
    assert.equal(med, 100);
    await life.until((told) => states(told).length >= 4, 'it is connected again');
    assert.deepEqual(states(life.told), ['lost', 'connected', 'lost', 'connected']);

    // The same pipes, another ExaBGP behind them: nothing but the silence in between tells.
    second.kill('SIGKILL');
    await ended(second, patienceMs);
    await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, patienceMs, 'and once more');

    life.order({ kind: 'turn', wishes: { [one]: 'withdrawn' } });
    life.order({ kind: 'stop' });
    await life.until((told) => told.at(-1)?.kind === 'complete', 'complete');
    await lab.until(async () => (await lab.bird.count()) === 500, patienceMs, 'withdrawn');
    rig.close();
    await lab.nodes[0].reset();
  });
});

function states(told: Life['told']): readonly string[] {
  return told.flatMap((report) => (report.kind === 'state' ? [report.state] : []));
}
