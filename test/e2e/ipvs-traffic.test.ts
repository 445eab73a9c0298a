import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertApi } from '../api-check.ts';
import { endedLog, ipvsLab, ready, stop } from './ipvs-lab.ts';
import { trafficClient } from './ipvs-traffic-client.ts';
import { routevaneCommand } from './routevane.ts';
import { tcp } from './servers.ts';
import type { Running } from './uml/kernel.ts';
import { until } from './until.ts';

const lab = await ipvsLab({ after });
const client = await trafficClient(lab);
const names = ['a', 'b', 'c', 'd'];
const servers = names.map((reply, at) => tcp(`10.10.0.${at + 1}:80`, { reply }));
const rules = [
  '-A -t 192.0.2.10:80 -s rr',
  ...names.map((_, at) => `-a -t 192.0.2.10:80 -r 10.10.0.${at + 1}:80 -m -w 1`),
];
const service = `
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp, mode: hold, interval: 1s, timeout: 1s, rise: 1, fall: 2 }
    real_servers: [10.10.0.1:80, 10.10.0.2:80, 10.10.0.3:80, 10.10.0.4:80]
`;
const socket = '/run/admin.sock';

interface Status {
  readonly services: readonly {
    readonly real_servers: readonly { readonly active_connections: number | null }[];
  }[];
}

test('connections to healthy servers live on while others fail, and few requests are lost', async (t) => {
  await lab.table(...rules);
  await lab.serve(servers);
  const daemon = lab.routevane(`${service}\noutputs: { ipvs: { via: netlink } }\n`);
  await ready(daemon);
  await client.hold(40);
  const before = await client.report();
  assert.deepEqual([...new Set(before.map(({ server }) => server))].toSorted(), names);
  assert.deepEqual(await client.lostOf(40), [], 'nothing is lost while all is well');

  // The connections of a and b are reset with them; requests go on all the while.
  await lab.serve(servers.slice(2));
  const lost = await client.lostOf(100);
  t.diagnostic(`${lost.length} of 100 requests lost when two of four servers died`);
  // Sent to a dead server before its weight was 0. Its kernel refuses; nobody waits in vain.
  assert.deepEqual(
    lost.filter((why) => why !== 'ECONNREFUSED'),
    [],
  );
  assert.ok(lost.length <= 50, 'only what the dead were given');
  await lab.untilWeights(
    (all) => [...all.values()].filter((weight) => weight === 0).length === 2,
    'two are out',
    daemon,
  );
  assert.deepEqual(await client.lostOf(50), [], 'nothing is lost once they are out');
  const held = await client.report();
  for (const [at, { server, isBroken, isAnswered }] of held.entries()) {
    const isHealthy = server === 'c' || server === 'd';
    assert.equal(isBroken, !isHealthy, `connection ${at} to ${server}`);
    assert.equal(isAnswered, isHealthy, `connection ${at} to ${server}`);
  }
  await client.release();
  await stop(daemon);
});

test('a drained server gets nothing new, keeps what it has, and drain --wait waits for that', async () => {
  await lab.table(...rules);
  await lab.serve(servers);
  const daemon = lab.routevane(`${service}
outputs: { ipvs: { via: netlink } }
admin: { socket: ${socket} }
`);
  await ready(daemon);
  await client.hold(8);
  const drain = (...words: readonly string[]): Running =>
    lab.kernel.start(routevaneCommand('drain', '10.10.0.1:80', '--socket', socket, ...words));
  const few = drain('--connections', '2');
  assert.equal((await few.ended).code, 0, few.stderr);
  assert.match(few.stdout, /^web\/10\.10\.0\.1:80: drained, 2 connections left$/mu);
  assert.equal((await lab.weights()).get('tcp 192.0.2.10:80 -> 10.10.0.1:80'), 0);

  const all = drain('--wait');
  await all.seen('stdout', /in maintenance/u);
  await client.hold(6);
  const held = await client.report();
  assert.equal(held.filter(({ server }) => server === 'a').length, 2, 'nothing new came to it');
  assert.ok(held.every(({ isAnswered, isBroken }) => isAnswered && !isBroken));
  assert.doesNotMatch(all.stdout, /drained/u);
  await client.release();
  assert.equal((await all.ended).code, 0, all.stderr);
  assert.match(all.stdout, /^web\/10\.10\.0\.1:80: drained$/mu);
  await stop(daemon);
});

test('at the end a route waits until the connections of its service are few', async () => {
  await lab.table(...rules);
  await lab.serve(servers);
  const daemon = lab.routevane(`${service}
routes:
  - { prefix: 192.0.2.10/32, when: web, next_hop: 10.8.0.1, drain: 10m, drain_connections: 5 }
outputs: { exabgp: { via: stdio, ack_timeout: 100ms }, ipvs: { via: netlink } }
admin: { socket: ${socket} }
`);
  await daemon.seen('stdout', /^announce route/mu);
  await client.hold(10);
  daemon.kill('SIGTERM');
  await daemon.seen('stdout', /65535:0/u);
  // One more separates the counts before the drain from those within it.
  await client.hold(1);
  await until(async () => (await activeConnections()) === 11, 60_000, 'they were counted again');
  assert.doesNotMatch(daemon.stdout, /withdraw/u);
  await client.release();
  // Long before the deadline.
  await daemon.seen('stdout', /^withdraw route/mu);
  assert.equal((await daemon.ended).code, 0);
  const log = await endedLog(daemon);
  assert.deepEqual(
    log.filter(({ level }) => level === 'error'),
    [],
  );
});

/** Of all real servers, as the daemon knows them. */
async function activeConnections(): Promise<number> {
  const said = await lab.kernel.must(routevaneCommand('status', '--json', '--socket', socket));
  assertApi('Status', said);
  const { services }: Status = JSON.parse(said);
  return services
    .flatMap(({ real_servers }) => real_servers)
    .reduce((sum, { active_connections }) => sum + (active_connections ?? 0), 0);
}
