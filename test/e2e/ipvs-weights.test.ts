import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ipvsLab, ready, stop } from './ipvs-lab.ts';
import { tcp, udp } from './servers.ts';

const lab = await ipvsLab({ after });

const saved = [
  '-A -t 192.0.2.10:80 -s wrr',
  '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 100',
  '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 200',
  '-A -u 192.0.2.10:514 -s rr',
  '-a -u 192.0.2.10:514 -r 10.10.0.1:514 -m -w 3',
  '-A -t [2001:db8::10]:80 -s rr',
  '-a -t [2001:db8::10]:80 -r [fd10::1]:80 -m -w 4',
  '-A -f 7 -s rr',
  '-a -f 7 -r 10.10.0.7:0 -g -w 5',
];
const yaml = `
check_defaults: { interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp }
    real_servers: [10.10.0.1:80, 10.10.0.2:80]
  syslog:
    virtual: 192.0.2.10:514/udp
    check: { type: udp, send: x, expect: none }
    real_servers: [10.10.0.1:514]
  six:
    virtual: "[2001:db8::10]:80/tcp"
    check: { type: tcp }
    real_servers: ["[fd10::1]:80"]
  mark:
    virtual: fwmark 7
    check: { type: tcp }
    real_servers: [10.10.0.7:80]
outputs: { ipvs: { via: VIA } }
`;
const all = [
  tcp('10.10.0.1:80'),
  tcp('10.10.0.2:80'),
  udp('10.10.0.1:514'),
  tcp('[fd10::1]:80'),
  tcp('10.10.0.7:80'),
];

for (const via of ['netlink', 'ipvsadm'] as const) {
  test(`weights follow health for TCP, UDP, IPv6 and a firewall mark, via ${via}`, async () => {
    await lab.table(...saved);
    await lab.serve(all);
    const daemon = lab.routevane(yaml.replace('VIA', via), via);
    await ready(daemon);
    await daemon.seen('stderr', /"mark is up: /);
    const before = await lab.weights();
    assert.deepEqual(
      [...before.values()].toSorted((a, b) => a - b),
      [3, 4, 5, 100, 200],
    );

    await lab.serve(all.slice(0, 1));
    await lab.untilWeights(
      (weights) => [...weights.values()].filter((weight) => weight === 0).length === 4,
      'all but one are at 0',
      daemon,
    );
    assert.equal((await lab.weights()).get('tcp 192.0.2.10:80 -> 10.10.0.1:80'), 100);

    await lab.serve(all);
    await lab.untilWeights(
      (weights) => [...weights].every(([name, weight]) => before.get(name) === weight),
      'all have their weights again',
      daemon,
    );
    const log = await stop(daemon);
    assert.equal(await lab.saved(), `${saved.join('\n')}\n`, 'all else is as it was');
    assert.deepEqual(
      log.filter(({ level }) => level === 'error'),
      [],
    );
  });
}
