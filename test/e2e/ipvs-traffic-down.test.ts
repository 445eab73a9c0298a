// What becomes of the connections that a real server has when it is removed from the table.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ipvsLab, stop } from './ipvs-lab.ts';
import { trafficClient, type Held } from './ipvs-traffic-client.ts';
import { tcp } from './servers.ts';
import type { Running } from './uml/kernel.ts';
import { until } from './until.ts';

/** Retransmissions come later and later. */
const TIMEOUT_MS = 60_000;
const HELD = 10;

const lab = await ipvsLab({ after });
const client = await trafficClient(lab);
const serving = ['a', 'b'].map((reply, at) => tcp(`10.10.0.${at + 1}:80`, { reply }));
/** What is probed: it fails while the server itself goes on. */
const healthA = tcp('10.10.0.1:8080');
const healthB = tcp('10.10.0.2:8080');
const isFirst = ({ server }: Held): boolean => server === 'a';

/** With connections held to both servers. */
async function begin(onDown: 'quiesce' | 'remove', expire: 0 | 1): Promise<Running> {
  await lab.kernel.must(['sysctl', '-qw', `net.ipv4.vs.expire_nodest_conn=${expire}`]);
  await lab.table(
    '-A -t 192.0.2.10:80 -s rr',
    '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 1',
    '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 1',
  );
  await lab.serve([...serving, healthA, healthB]);
  const daemon = lab.routevane(`
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp, port: 8080, interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
    on_down: ${onDown}
    real_servers: [10.10.0.1:80, 10.10.0.2:80]
outputs: { ipvs: { via: netlink } }
`);
  await daemon.seen('stderr', /"web\/10\.10\.0\.1:80 is up"/u);
  await daemon.seen('stderr', /"web\/10\.10\.0\.2:80 is up"/u);
  await client.hold(HELD);
  const held = await client.report();
  assert.deepEqual([...new Set(held.map(({ server }) => server))].toSorted(), ['a', 'b']);
  assert.ok(held.every(({ isAnswered }) => isAnswered));
  return daemon;
}

async function untilHeld(isWanted: (held: readonly Held[]) => boolean, what: string) {
  let last: readonly Held[] = [];
  await until(
    async () => isWanted((last = await client.report())),
    TIMEOUT_MS,
    what,
    () => JSON.stringify(last),
  );
}

test('quiesce: connections live on at weight 0, and new ones go elsewhere', async () => {
  const daemon = await begin('quiesce', 0);
  await lab.serve([...serving, healthB]);
  await lab.untilWeights((all) => [...all.values()].includes(0), 'one is at 0', daemon);
  await client.hold(HELD);
  const held = await client.report();
  assert.ok(
    held.every(({ isAnswered, isBroken }) => isAnswered && !isBroken),
    'nothing is lost',
  );
  assert.ok(held.slice(0, HELD).some(isFirst));
  assert.ok(!held.slice(HELD).some(isFirst));
  await client.release();
  await stop(daemon);
});

test('remove: connections hang while the server is out, and go on when it is back', async () => {
  const daemon = await begin('remove', 0);
  await lab.serve([...serving, healthB]);
  await lab.untilWeights((all) => all.size === 1, 'one is removed', daemon);
  await untilHeld(
    (held) => held.every((each) => !each.isBroken && each.isAnswered !== isFirst(each)),
    'those of the server that is out hang, and no others',
  );
  await lab.serve([...serving, healthA, healthB]);
  await lab.untilWeights((all) => all.size === 2, 'it is back', daemon);
  await untilHeld(
    (held) => held.every(({ isAnswered, isBroken }) => isAnswered && !isBroken),
    'all are answered again',
  );
  await client.release();
  await stop(daemon);
});

test('remove with expire_nodest_conn: connections end at once, so that clients come anew', async () => {
  const daemon = await begin('remove', 1);
  await lab.serve([...serving, healthB]);
  await lab.untilWeights((all) => all.size === 1, 'one is removed', daemon);
  await untilHeld(
    (held) => held.every((each) => each.isBroken === isFirst(each)),
    'those of the server that is out are broken, and no others',
  );
  assert.deepEqual(await client.lostOf(20), []);
  await client.release();
  await stop(daemon);
});
