import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Lab, openLab } from '../../e2e/lab.ts';
import { Rig, commands, isConfirmed } from './rig.ts';
import { manyPrefixes, wantAll } from './sample.ts';

const one = '198.51.100.1/32';
const two = '198.51.100.2/32';
/** Only a failure takes so long. */
const TIMEOUT_MS = 60_000;

describe('the sink under a real ExaBGP', () => {
  let lab: Lab;
  before(async () => {
    lab = await openLab();
  });
  afterEach(async () => lab.nodes[0].reset());
  after(() => lab.close());

  async function medOf(prefix: string): Promise<number | null | undefined> {
    return (await lab.bird.routes()).find((route) => route.prefix === prefix)?.med;
  }

  test('adopts what was announced before a restart, sends only differences, withdraws what is stale', async () => {
    const rig = new Rig(lab.folder);
    await rig.ready();
    const stateDir = join(lab.folder, 'state');
    const exabgp = await lab.nodes[0].exabgp({ helper: rig.command });

    const first = await rig.started(0);
    first.order({ kind: 'config', prefixes: [one, two, '198.51.100.3/32'], exabgp: {}, stateDir });
    first.order({
      kind: 'turn',
      wanted: { [one]: 100, [two]: 100, '198.51.100.3/32': 100 },
    });
    await lab.until(async () => (await lab.bird.count()) === 3, TIMEOUT_MS, 'three routes');

    exabgp.helper.kill('SIGKILL');
    const second = await rig.started(1);
    second.order({ kind: 'config', prefixes: [one, two], exabgp: {}, stateDir });
    // The core has decided on one of them only: the other stays as it is.
    second.order({ kind: 'turn', wanted: { [one]: 100 } });
    await second.until((reports) => isConfirmed(reports, one), 'adopted');
    await lab.until(async () => (await lab.bird.count()) === 2, TIMEOUT_MS, 'the stale route went');
    // 5.x prints the address that `self` stood for, which is the same.
    assert.match(
      commands(second.reports).join('\n'),
      /^withdraw route 198\.51\.100\.3\/32 next-hop (?:self|10\.99\.1\.1)$/u,
    );
    const adopted = second.reports.find((report) => report.kind === 'adopted');
    assert.deepEqual(adopted?.keys.toSorted(), [one, two]);

    second.order({ kind: 'turn', wanted: { [two]: 300 } });
    await lab.until(async () => (await medOf(two)) === 300, TIMEOUT_MS, 'the difference');

    second.order({ kind: 'turn', wanted: { [one]: 'withdrawn', [two]: 'withdrawn' } });
    second.order({ kind: 'stop' });
    await second.until((reports) => reports.at(-1)?.kind === 'complete', 'complete');
    assert.ok(isConfirmed(second.reports, two));
    rig.close();
  });

  // Without send events each change of a route waits for the bulk to settle: fewer rounds.
  for (const [how, sendEvents, rounds] of [
    ['with', true, 20],
    ['without', false, 3],
  ] as const)
    test(`${how} send events, ends right however a route changes amid thousands of others`, async () => {
      const rig = new Rig(lab.folder);
      await rig.ready();
      await lab.nodes[0].exabgp({ helper: rig.command, sendEvents });
      const many = manyPrefixes(3000);
      const sink = await rig.started(0);
      sink.order({ kind: 'config', prefixes: [...many, one, two], exabgp: {}, stateDir: null });
      sink.order({ kind: 'turn', wanted: { [one]: 100, [two]: 100 } });
      await lab.until(async () => (await lab.bird.count()) === 2, TIMEOUT_MS, 'both routes');

      for (let round = 0; round < rounds; round += 1) {
        const bulk = round % 2 === 0;
        sink.order({ kind: 'turn', wanted: wantAll(many, bulk ? 100 : 'withdrawn') });
        // Each step is written before the next is wanted, so none is skipped.
        for (const wanted of [
          { [one]: 200, [two]: 'withdrawn' as const },
          { [one]: 100, [two]: 100 },
        ]) {
          const alreadySent = commands(sink.reports).length;
          const med = ` med ${wanted[one]}`;
          sink.order({ kind: 'turn', wanted });
          await sink.until(
            (reports) =>
              commands(reports)
                .slice(alreadySent)
                // It may be anywhere in a batch of the bulk, also last.
                .some((line) => line.split(' ').includes(one) && line.includes(med)),
            'the step is written',
          );
        }
        const expected = bulk ? 3002 : 2;
        await lab.until(
          async () =>
            (await lab.bird.count()) === expected &&
            (await medOf(one)) === 100 &&
            (await medOf(two)) === 100,
          TIMEOUT_MS,
          `round ${round} ends with ${expected} routes and MED 100`,
        );
      }
      sink.order({ kind: 'stop' });
      await sink.until((reports) => reports.at(-1)?.kind === 'complete', 'complete');
      assert.ok(
        !sink.reports.some((report) => report.kind === 'action' && report.result === 'rejected'),
      );
      rig.close();
    });

  test('refuses the next-hop that would tear down the session, and loses nothing else', async () => {
    const rig = new Rig(lab.folder);
    await rig.ready();
    await lab.nodes[0].exabgp({ helper: rig.command });
    const sink = await rig.started(0);
    const bad = '2001:db8:1::1/128';
    sink.order({ kind: 'config', prefixes: [one, bad], exabgp: {}, stateDir: null });
    sink.order({ kind: 'turn', wanted: { [one]: 100, [bad]: 100 } });
    await lab.until(async () => (await lab.bird.count()) === 1, TIMEOUT_MS, 'the good route');
    await sink.until(
      (reports) =>
        reports.some((report) => report.kind === 'action' && report.result === 'rejected'),
      'the bad one is rejected',
    );
    assert.deepEqual(commands(sink.reports), [`announce route ${one} next-hop self med 100`]);
    assert.deepEqual(await lab.bird.established(), ['lb1']);
    rig.close();
  });

  test('loses nothing when it does not read for longer than any timeout', async () => {
    const rig = new Rig(lab.folder);
    await rig.ready();
    await lab.nodes[0].exabgp({ helper: rig.command });
    const many = manyPrefixes(2000);
    const sink = await rig.started(0);
    sink.order({ kind: 'config', prefixes: many, exabgp: { ackTimeoutMs: 1000 }, stateDir: null });
    sink.order({ kind: 'turn', wanted: wantAll(many, 100) });
    await sink.until((reports) => commands(reports).length > 0, 'the bulk has begun');
    sink.order({ kind: 'block', ms: 5000 });
    await lab.until(async () => (await lab.bird.count()) === 2000, TIMEOUT_MS, 'all are there');
    await sink.until(
      (reports) => many.every((prefix) => isConfirmed(reports, prefix)),
      'all are confirmed',
    );
    rig.close();
  });
});
