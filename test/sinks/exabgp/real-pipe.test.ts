import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { ended } from '../../e2e/exabgp.ts';
import { type Lab, openLab } from '../../e2e/lab.ts';
import { type SinkProcess, Rig, commands } from './rig.ts';
import { manyPrefixes, wantAll } from './sample.ts';

const one = '198.51.100.1/32';
/** Only a failure takes so long. */
const TIMEOUT_MS = 60_000;

describe('the sink at the named pipes of a real ExaBGP', () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab.close());

  test('finds an ExaBGP that comes late, and sends a restarted one everything again', async (t) => {
    const pipes = lab.nodes[0].pipes();
    const rig = new Rig(lab.folder);
    await rig.ready();
    const [command = '', ...args] = rig.command;
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const sink = await rig.started(0);
    const many = manyPrefixes(500);
    const { inPath, outPath } = pipes;
    sink.order({
      kind: 'config',
      prefixes: [one, ...many],
      exabgp: { via: 'pipe', inPath, outPath },
      stateDir: null,
    });
    sink.order({ kind: 'turn', wanted: { [one]: 100, ...wantAll(many, 100) } });
    await sink.until((reports) => states(reports).length === 1, 'no process reads the pipe');

    const first = await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, TIMEOUT_MS, 'all routes');

    // Without send events only time keeps the changes of a route apart.
    sink.order({ kind: 'turn', wanted: { [one]: 200 } });
    await sink.until(
      (reports) => commands(reports).some((line) => line.includes('med 200')),
      '200',
    );
    sink.order({ kind: 'turn', wanted: { [one]: 100 } });
    await sink.until(
      (reports) =>
        commands(reports).filter((line) => line.endsWith(`${one} next-hop self med 100`)).length >
        0,
      '100 again',
    );

    first.kill('SIGKILL');
    await ended(first, TIMEOUT_MS);
    await sink.until((reports) => states(reports).at(-1) === 'lost', 'it is gone');
    pipes.recreate();
    const second = await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, TIMEOUT_MS, 'all routes again');
    const med = (await lab.bird.routes()).find(({ prefix }) => prefix === one)?.med;
    assert.equal(med, 100);
    await sink.until((reports) => states(reports).length >= 4, 'it is connected again');
    assert.deepEqual(states(sink.reports), ['lost', 'connected', 'lost', 'connected']);

    // Another ExaBGP behind the same pipes: only the time without a reader shows it.
    second.kill('SIGKILL');
    await ended(second, TIMEOUT_MS);
    await lab.nodes[0].exabgp({ pipes });
    await lab.until(async () => (await lab.bird.count()) === 501, TIMEOUT_MS, 'and once more');

    sink.order({ kind: 'turn', wanted: { [one]: 'withdrawn' } });
    sink.order({ kind: 'stop' });
    await sink.until((reports) => reports.at(-1)?.kind === 'complete', 'complete');
    await lab.until(async () => (await lab.bird.count()) === 500, TIMEOUT_MS, 'withdrawn');
    rig.close();
    await lab.nodes[0].reset();
  });
});

function states(reports: SinkProcess['reports']): readonly string[] {
  return reports.flatMap((report) => (report.kind === 'state' ? [report.state] : []));
}
