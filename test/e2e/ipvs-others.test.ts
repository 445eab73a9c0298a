import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ipvsLab, ready, stop } from './ipvs-lab.ts';
import { tcp } from './servers.ts';

const lab = await ipvsLab({ after });

const saved = [
  '-A -t 192.0.2.10:80 -s wrr -p 60',
  '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 100',
  '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -m -w 200',
  '-A -t 192.0.2.10:81 -s rr',
  '-a -t 192.0.2.10:81 -r 10.10.0.1:81 -m -w 9',
];
const servers = [tcp('10.10.0.1:80'), tcp('10.10.0.2:80')];
const first = 'tcp 192.0.2.10:80 -> 10.10.0.1:80';
const second = 'tcp 192.0.2.10:80 -> 10.10.0.2:80';
const stranger = 'tcp 192.0.2.10:81 -> 10.10.0.1:81';

function yaml(stateDir: string, keys = ''): string {
  return `
state_dir: ${join(lab.kernel.dir, stateDir)}
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp, interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
    ${keys}
    real_servers: [10.10.0.1:80, 10.10.0.2:80]
outputs: { ipvs: { via: netlink } }
`;
}

test('what others change is reported and put right; what is not ours is left alone', async () => {
  await lab.table(...saved);
  await lab.serve(servers);
  const daemon = lab.routevane(yaml('drift'));
  await ready(daemon);
  await lab.ipvsadm(
    '-e',
    '-t',
    '192.0.2.10:80',
    '-r',
    '10.10.0.1:80',
    '-m',
    '-w',
    '5',
    '-x',
    '77',
    '-y',
    '7',
  );
  await lab.ipvsadm('-e', '-t', '192.0.2.10:81', '-r', '10.10.0.1:81', '-m', '-w', '8');
  const weights = await lab.untilWeights(
    (all) => all.get(first) === 100,
    'it is put right',
    daemon,
  );
  assert.equal(weights.get(stranger), 8);
  assert.match(
    await lab.kernel.must(['ipvsadm', '-Ln', '--thresholds']),
    /10\.10\.0\.1:80 +77 +7 /u,
    'the thresholds that came with it stay',
  );
  const told = (await stop(daemon)).filter(({ event }) => event === 'ipvs_drift');
  assert.deepEqual(
    told.map(({ msg }) => msg),
    [
      `another program changed the table: ${first}: weight 100 -> 5, upper threshold 0 -> 77, lower threshold 0 -> 7`,
    ],
  );
});

test('a flushed table is waited for, and put right when somebody restores it', async () => {
  await lab.table(...saved);
  await lab.serve(servers);
  const daemon = lab.routevane(yaml('flush'));
  await ready(daemon);
  await lab.serve(servers.slice(1));
  await lab.untilWeights((all) => all.get(first) === 0, 'one is out', daemon);
  await lab.ipvsadm('-C');
  await daemon.seen('stderr', /the service web \(tcp 192\.0\.2\.10:80\) is not in the IPVS table/u);
  assert.equal(await lab.saved(), '', 'nothing is created');
  await lab.table(...saved);
  const weights = await lab.untilWeights((all) => all.get(first) === 0, 'out again', daemon);
  assert.equal(weights.get(second), 200);
  await daemon.seen('stderr', /"ipvs_found"/u);
  await stop(daemon);
});

test('kill -9 and a restart change no weight, and a server at 0 keeps its normal weight', async () => {
  await lab.table(...saved);
  await lab.serve(servers);
  const killed = lab.routevane(yaml('crash'));
  await ready(killed);
  await lab.serve(servers.slice(1));
  await lab.untilWeights((all) => all.get(first) === 0, 'one is out', killed);
  const before = await lab.saved();
  killed.kill('SIGKILL');
  await killed.ended;
  const daemon = lab.routevane(yaml('crash'));
  await daemon.seen('stderr', /10\.10\.0\.1:80 is down/u);
  assert.equal(await lab.saved(), before);
  await lab.serve(servers);
  await lab.untilWeights((all) => all.get(first) === 100, 'its normal weight', daemon);
  const written = (await stop(daemon)).flatMap(({ event, msg }) =>
    event === 'action_sent' ? [msg] : [],
  );
  assert.deepEqual(written, [`ipvsadm -e -t 192.0.2.10:80 -r 10.10.0.1:80 -m -w 100`]);
});

test('on_down: remove takes a server out and puts it back with every attribute, across a crash', async () => {
  await lab.table(
    '-A -t 192.0.2.10:80 -s wrr',
    '-a -t 192.0.2.10:80 -r 10.10.0.1:80 -i -w 100 -x 900 -y 300 --tun-type gue --tun-port 6080 --tun-csum',
    '-a -t 192.0.2.10:80 -r 10.10.0.2:80 -g -w 200 -x 50',
  );
  const listed = async (): Promise<readonly string[]> => {
    const text = `${await lab.saved()}${await lab.kernel.must(['ipvsadm', '-Ln', '--thresholds'])}`;
    return text.split('\n').toSorted();
  };
  const before = await listed();
  await lab.serve(servers);
  const killed = lab.routevane(yaml('remove', 'on_down: remove'));
  await ready(killed);
  await lab.serve([]);
  await lab.untilWeights((all) => all.size === 0, 'both are removed', killed);
  killed.kill('SIGKILL');
  await killed.ended;
  const daemon = lab.routevane(yaml('remove', 'on_down: remove'));
  await daemon.seen('stderr', /"sink_state".*connected/u);
  assert.deepEqual(await lab.weights(), new Map());
  await lab.serve(servers);
  await lab.untilWeights((all) => all.size === 2, 'both are back', daemon);
  assert.deepEqual(await listed(), before);
  await stop(daemon);
});
