import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ipvsLab, ready, stop } from './ipvs-lab.ts';
import { tcp } from './servers.ts';

const lab = await ipvsLab({ after });

const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `10.10.${Math.floor(at / 250)}.${(at % 250) + 1}:80`);

function rules(servers: readonly string[]): string[] {
  return [
    '-A -t 192.0.2.10:80 -s wrr',
    ...servers.map((server) => `-a -t 192.0.2.10:80 -r ${server} -m -w 100`),
  ];
}

function yaml(servers: readonly string[], keys: string, interval = '500ms'): string {
  return `
services:
  web:
    virtual: 192.0.2.10:80/tcp
    check: { type: tcp, interval: ${interval}, timeout: ${interval}, rise: 1, fall: 2 }
    ${keys}
    real_servers: ${JSON.stringify(servers)}
outputs: { ipvs: { via: netlink } }
`;
}

function zeros(weights: ReadonlyMap<string, number>): number {
  return [...weights.values()].filter((weight) => weight === 0).length;
}

test('500 of 2,000 real servers fail at once and come back', async (t) => {
  const servers = addresses(2_000);
  const all = servers.map((server) => tcp(server));
  const failing = all.filter((_, at) => at % 4 === 0);
  await lab.table(...rules(servers));
  await lab.serve(all);
  const daemon = lab.routevane(yaml(servers, 'quorum: 50%', '5s'));
  await ready(daemon);
  await lab.serve(all.filter((spec) => !failing.includes(spec)));
  const startMs = performance.now();
  const weights = await lab.untilWeights((found) => zeros(found) === 500, '500 are at 0', daemon);
  t.diagnostic(`all 500 at 0 after ${Math.round(performance.now() - startMs)} ms`);
  for (const { address } of failing) {
    assert.equal(weights.get(`tcp 192.0.2.10:80 -> ${address}:80`), 0);
  }
  await lab.serve(all);
  await lab.untilWeights((found) => zeros(found) === 0, 'all are back', daemon);
  await stop(daemon);
  assert.equal(await lab.saved(), `${rules(servers).join('\n')}\n`);
});

test('min_pooled keeps failed servers in, and lets them go as others recover', async () => {
  const servers = addresses(4);
  const all = servers.map((server) => tcp(server));
  await lab.table(...rules(servers));
  await lab.serve(all);
  const daemon = lab.routevane(yaml(servers, 'min_pooled: 50%'));
  await ready(daemon);
  await lab.serve(all.slice(3));
  await daemon.seen('stderr', /"web\/10\.10\.0\.1:80 is down: /);
  await daemon.seen('stderr', /"web\/10\.10\.0\.2:80 is down: /);
  await daemon.seen('stderr', /"web\/10\.10\.0\.3:80 is down: /);
  const held = await lab.untilWeights((weights) => zeros(weights) === 2, 'two are out', daemon);
  assert.equal(held.get('tcp 192.0.2.10:80 -> 10.10.0.4:80'), 100);
  const kept = [1, 2, 3].find((at) => held.get(`tcp 192.0.2.10:80 -> 10.10.0.${at}:80`) === 100);
  assert.ok(kept !== undefined, 'one failed server is kept');
  const other = kept === 1 ? 1 : 0;
  await lab.serve([...all.slice(3), ...all.slice(other, other + 1)]);
  await lab.untilWeights(
    (weights) =>
      weights.get(`tcp 192.0.2.10:80 -> 10.10.0.${other + 1}:80`) === 100 &&
      weights.get(`tcp 192.0.2.10:80 -> 10.10.0.${kept}:80`) === 0,
    'the one kept is let go',
    daemon,
  );
  await stop(daemon);
});

test('slow start is seen as rising weights, and not at the start of the process', async () => {
  const servers = addresses(2);
  const all = servers.map((server) => tcp(server));
  await lab.table(...rules(servers));
  await lab.serve(all);
  const daemon = lab.routevane(yaml(servers, 'slow_start: 8s'));
  await ready(daemon);
  await lab.serve(all.slice(1));
  await lab.untilWeights((weights) => zeros(weights) === 1, 'one is out', daemon);
  await lab.serve(all);
  await lab.untilWeights(
    (weights) => [...weights.values()].every((each) => each === 100),
    'all have risen',
    daemon,
  );
  const log = await stop(daemon);
  const weights = log.flatMap(({ event, msg }) => {
    const weight = / -r 10\.10\.0\.1:80 -m -w (\d+)/u.exec(String(msg))?.[1];
    return event === 'action_sent' && weight !== undefined ? [Number(weight)] : [];
  });
  const [down, ...rising] = weights;
  assert.equal(down, 0, 'the first thing written is the fall');
  assert.ok(rising.length >= 4, String(rising));
  assert.deepEqual(
    rising,
    rising.toSorted((a, b) => a - b),
  );
  assert.ok((rising[0] ?? 100) <= 35, String(rising));
  assert.equal(rising.at(-1), 100);
});
