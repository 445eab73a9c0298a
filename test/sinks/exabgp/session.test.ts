import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { INSPECT_AGAIN_MIN_MS, SETTLE_MS } from '../../../src/sinks/exabgp/limits.ts';
import { SessionRig } from './session-rig.ts';

const prefix = '192.0.2.10/32';
const header = 'Peer            AS        up/down state       |     #sent     #recvd\n';
const row = '10.99.0.2       65002     0:00:23 established           2          2\n';
const session =
  'neighbor 10.99.0.2 local-ip 10.99.0.1 local-as 65001 peer-as 65002 router-id 10.99.0.1 family-allowed in-open';
const questions = [
  'version',
  'show neighbor configuration',
  'show adj-rib out extensive',
  'show neighbor summary',
];

function answers(rib: string, established = row): string {
  return `exabgp 4.2.21\ndone\ndone\n${rib}done\n${header}${established}done\n`;
}

/** Up to the point where commands may flow. */
async function started(rib = '', established = row): Promise<SessionRig> {
  const rig = new SessionRig();
  await rig.open([prefix]);
  rig.receive(`error\n${header}${established}done\n`);
  rig.receive(answers(rib, established));
  rig.take();
  return rig;
}

describe('the barrier', () => {
  test('ends a dead helper’s line first, and drops the answers to it', async () => {
    const rig = new SessionRig();
    await rig.open([prefix]);
    assert.deepEqual(rig.take(), ['', 'show neighbor summary']);
    rig.want({ [prefix]: 100 });
    rig.receive(`${'done\n'.repeat(199)}error\nerror\n`);
    assert.deepEqual(rig.take(), []);
    rig.receive(`${header}${row}done\n`);
    assert.deepEqual(rig.take(), questions);
    rig.receive(answers(''));
    // Its changes may still be pending at ExaBGP, and would be mixed with ours.
    assert.deepEqual(rig.take(), []);
    rig.advance(SETTLE_MS + 50);
    assert.deepEqual(rig.take(), [`announce route ${prefix} next-hop self med 100`]);
  });

  test('works while no neighbor is established', async () => {
    const rig = await started('', '');
    rig.want({ [prefix]: 100 });
    assert.equal(rig.take().length, 1);
    assert.deepEqual(rig.notices(), []);
  });

  test('answered by done alone: nothing to adopt, and one notice', async () => {
    const rig = new SessionRig();
    await rig.open([prefix]);
    rig.want({ [prefix]: 'withdrawn' });
    rig.take();
    rig.receive('done\ndone\n');
    rig.advance(400);
    // Nothing is known, so the first decision is written whichever it is.
    assert.deepEqual(rig.take(), [`withdraw route ${prefix} next-hop self`]);
    assert.deepEqual(rig.notices(), ['ack_missing']);
    // One that swallows an answer is asked again, and gets nothing else to answer.
    rig.advance(4000);
    assert.deepEqual(rig.take(), [`withdraw route ${prefix} next-hop self`]);
    assert.deepEqual(rig.notices(), ['ack_missing', 'command_unanswered']);
    rig.receive('done\n');
    rig.advance(1000);
    assert.ok(rig.session.isComplete);
  });

  test('without an answer: written all the same after the timeout, once', async () => {
    const rig = new SessionRig();
    await rig.open([prefix]);
    rig.take();
    rig.want({ [prefix]: 100 });
    rig.advance(1900);
    assert.deepEqual(rig.take(), []);
    rig.advance(200);
    assert.deepEqual(rig.take(), [`announce route ${prefix} next-hop self med 100`]);
    rig.advance(60_000);
    assert.deepEqual(rig.take(), []);
    assert.deepEqual(rig.notices(), ['ack_missing']);
    assert.ok(rig.session.isComplete);
  });

  test('answered late after all: asked again, and adopted', async () => {
    const rig = new SessionRig();
    await rig.open([prefix]);
    rig.advance(2100);
    rig.want({ [prefix]: 100 });
    rig.take();
    rig.receive(`error\n${header}${row}done\ndone\n`);
    assert.deepEqual(rig.take(), ['', 'show neighbor summary']);
    rig.receive(`error\n${header}${row}done\n`);
    assert.deepEqual(rig.take(), questions);
    rig.receive(answers(`${session} ipv4 unicast ${prefix} next-hop self med 100\n`));
    rig.advance(3000);
    assert.deepEqual(rig.take(), []);
    assert.ok(rig.session.isComplete);
  });

  test('with acknowledgements switched off ExaBGP is still adopted from', async () => {
    const rig = new SessionRig();
    await rig.open([prefix]);
    rig.receive(`${header}${row}`);
    rig.receive(
      `exabgp 4.2.21\n${session} ipv4 unicast ${prefix} next-hop self med 7\n${header}${row}`,
    );
    rig.advance(400);
    rig.take();
    rig.want({ [prefix]: 7 });
    assert.deepEqual(rig.take(), []);
    rig.want({ [prefix]: 8 });
    assert.equal(rig.take().length, 1);
    assert.deepEqual(rig.notices(), ['ack_missing']);
  });
});

describe('adopting', () => {
  test('the same is not sent again and counts as confirmed', async () => {
    const rig = await started(`${session} ipv4 unicast ${prefix} next-hop self med 100\n`);
    rig.want({ [prefix]: 100 });
    assert.deepEqual(rig.take(), []);
    assert.ok(rig.session.isComplete);
    const actions = rig.reports.filter((report) => report.kind === 'action');
    assert.deepEqual(
      actions.map(({ result, keys }) => [result, keys]),
      [['confirmed', [prefix]]],
    );
  });

  test('an address that self stands for is the same', async () => {
    const rig = await started(`${session} ipv4 unicast ${prefix} next-hop 10.99.0.1 med 100\n`);
    rig.want({ [prefix]: 100 });
    assert.deepEqual(rig.take(), []);
  });

  test('other attributes are sent, and a route without a decision is left', async () => {
    const rig = await started(`${session} ipv4 unicast ${prefix} next-hop self med 100\n`);
    rig.advance(60_000);
    assert.deepEqual(rig.take(), []);
    rig.want({ [prefix]: 200 });
    assert.equal(rig.take().length, 1);
  });

  test('what other programs announced is reported once and left alone', async () => {
    const rig = await started(`${session} ipv4 unicast 203.0.113.9/32 next-hop self\n`);
    rig.advance(60_000);
    assert.deepEqual(rig.take(), []);
    assert.deepEqual(rig.notices(), ['foreign_routes']);
  });
});

describe('later', () => {
  test('garbage is reported once and changes nothing', async () => {
    const rig = await started();
    rig.want({ [prefix]: 100 });
    rig.take();
    rig.receive('\u0000\u00ff\u0001\n{"no":"event"}\nhello there\n');
    rig.receive('A'.repeat(10 << 20), 65_536);
    rig.receive('\ndone\n');
    assert.deepEqual(rig.notices(), ['garbage']);
    rig.advance(1000);
    assert.ok(rig.session.isComplete);
    assert.deepEqual(rig.take(), []);
  });

  test('a neighbor that a reload added gets what it lacks', async () => {
    const rig = await started();
    rig.advance(INSPECT_AGAIN_MIN_MS);
    rig.receive(
      '{ "exabgp": "4.0.1", "type": "state", "neighbor": { "address": { "local": "10.99.0.1", "peer": "10.99.0.7" }, "state": "up" } }\n',
    );
    rig.advance(100);
    assert.deepEqual(rig.take(), ['', 'show neighbor summary']);
  });

  test('a route that left the configuration is withdrawn', async () => {
    const rig = await started();
    rig.want({ [prefix]: 100 });
    rig.receive('done\n');
    rig.advance(1000);
    rig.take();
    await rig.configure([]);
    assert.deepEqual(rig.take(), [`withdraw route ${prefix} next-hop self`]);
  });

  test('all timers end with the session', async () => {
    const rig = await started();
    rig.want({ [prefix]: 100 });
    rig.session.close();
    rig.take();
    rig.advance(120_000);
    assert.deepEqual(rig.take(), []);
  });
});
