import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ipvsLab, stop } from './ipvs-lab.ts';
import { tcp } from './servers.ts';

const lab = await ipvsLab({ after });
const servers = [tcp('10.10.0.1:80'), tcp('10.10.0.2:80')];

const yaml = `
log: { level: debug }
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp, interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
    quorum: 110
    real_servers: [{ address: 10.10.0.1:80, weight: 50 }, { address: 10.10.0.2:80, weight: 60 }]
routes:
  - { prefix: 192.0.2.10/32, when: web, next_hop: 10.8.0.1, on_stop: keep }
outputs:
  exabgp: { via: stdio, ack_timeout: 100ms }
  ipvs: { via: netlink }
`;

test('weights are confirmed before the announce, and the withdraw is out before they fall', async () => {
  await lab.table(
    '-A -t 192.0.2.10:80 -s wrr',
    '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 0',
    '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 0',
  );
  await lab.serve(servers);
  const daemon = lab.routevane(yaml);
  await daemon.seen('stdout', /^announce route 192\.0\.2\.10\/32 /mu);
  await lab.serve([]);
  await daemon.seen('stdout', /^withdraw route 192\.0\.2\.10\/32/mu);
  await lab.untilWeights(
    (all) => [...all.values()].every((weight) => weight === 0),
    'all are out',
    daemon,
  );

  const log = await stop(daemon);
  /** Where in the log this was done first, from a place on. */
  const place = (done: string, text: RegExp, from = 0): number =>
    log.findIndex(({ event, msg }, at) => at >= from && event === done && text.test(String(msg)));
  const announced = place('action_sent', /^announce route/u);
  for (const weight of [50, 60]) {
    const confirmed = place('action_confirmed', new RegExp(`-w ${weight}$`, 'u'));
    assert.ok(confirmed !== -1 && confirmed < announced, daemon.stderr);
  }
  const withdrawn = place('action_sent', /^withdraw route/u);
  const fallen = place('action_sent', /-w 0$/u, withdrawn);
  assert.ok(withdrawn !== -1 && fallen > withdrawn, daemon.stderr);
  // Both are needed: neither falls before the withdraw.
  const all = log.filter(
    ({ event, msg }) => event === 'action_sent' && String(msg).endsWith(' -w 0'),
  );
  assert.equal(all.length, 2);
});
