import { after, test } from 'node:test';
import { ipvsLab, stop, type IpvsLab } from './ipvs-lab.ts';
import { tcp, type ServerSpec } from './servers.ts';

const lab = await ipvsLab({ after });

const saved = [
  '-A -t 192.0.2.10:80 -s wrr',
  '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 200',
  '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 200',
];
const yaml = `
check_defaults: { interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: agent, port: 8001 }
    real_servers: [10.10.0.1:80, 10.10.0.2:80]
outputs: { ipvs: { via: netlink } }
`;

/** An agent that says the same to everybody. */
function says(address: string, words: string): ServerSpec {
  return tcp(`${address}:8001`, { reply: `${words}\n`, greets: true });
}

async function untilFirst(of: IpvsLab, weight: number, what: string): Promise<void> {
  await of.untilWeights(
    (weights) => weights.get('tcp 192.0.2.10:80 -> 10.10.0.1:80') === weight,
    what,
  );
}

test('weights follow what agents say, and come back with up', async () => {
  await lab.table(...saved);
  const other = says('10.10.0.2', 'up');
  await lab.serve([says('10.10.0.1', 'up 75%'), other]);
  const daemon = lab.routevane(yaml);
  const steps = [
    ['up 75%', 150],
    ['down', 0],
    ['up', 150],
    ['drain', 0],
    ['ready', 150],
    // Nonsense says nothing about the server.
    ['300%', 150],
    ['100% maxconn:30', 200],
    ['maint', 0],
    ['ready up', 200],
  ] as const;
  for (const [words, weight] of steps) {
    await lab.serve([says('10.10.0.1', words), other]);
    await untilFirst(lab, weight, `${words}: ${weight}`);
  }
  await lab.untilWeights(
    (weights) => weights.get('tcp 192.0.2.10:80 -> 10.10.0.2:80') === 200,
    'the other is as it was',
  );
  await stop(daemon);
});
