/**
 * What weights cost in the core: 20,000 servers of 200 services in the kernel's table, a route each.
 *
 *   node --expose-gc --import tsx test/bench/core-ipvs.ts
 *
 * The medians of repeated rounds; the first of them pays for compiling.
 */
import type { Observation } from '../../src/model/observation.ts';
import { createCore } from '../../src/core/create.ts';
import { observe } from '../../src/core/observe.ts';
import { request } from '../../src/core/request.ts';
import { takeTurn } from '../../src/core/turn.ts';
import { viewOf } from '../../src/core/view/view.ts';
import { withIpvs } from '../core/drive.ts';
import { route, server, service } from '../core/fixtures.ts';

const SERVICES = 200;
const SERVERS = 100;
const ROUNDS = 7;

const services = Array.from({ length: SERVICES }, (_, s) =>
  service(
    `s${s}`,
    Array.from({ length: SERVERS }, (_unused, i) => server(`s${s}/10.0.${s}.${i}:80`, 100)),
    { virtual: { kind: 'fwmark', mark: s + 1 } },
  ),
);
const routes = services.map(({ name }, i) => route(`192.0.2.${i}/32`, name));
const keys = services.flatMap(({ realServers }) => realServers.map(({ key }) => key));

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const rules = withIpvs({ services, routes });
const before = heapBytes();
const core = createCore(rules, 0);
let nowMs = 1;

/** Sinks answer at once, so that each round begins with everything confirmed. */
function answer(): void {
  nowMs += 1;
  request(core, { kind: 'sent', keys: routes.map(({ key }) => key) }, nowMs);
  takeTurn(core, nowMs);
  const entries = [...core.weights.values()].map(
    ({ server: key, weight }) => [key, weight] as const,
  );
  request(core, { kind: 'weights', weights: new Map(entries) }, nowMs);
  takeTurn(core, nowMs);
}

function see(seen: readonly string[], state: Observation['state']): void {
  nowMs += 1;
  for (const signal of seen) observe(core, { signal, state, reason: '', atMs: nowMs });
  takeTurn(core, nowMs);
}

request(core, { kind: 'ipvs', state: 'connected' }, nowMs);
see(keys, 'up');
answer();
console.log(`bytes a server in the kernel: ${((heapBytes() - before) / keys.length).toFixed(0)}`);

const times = new Map<string, number[]>();

function time(name: string, work: () => void): void {
  const startMs = performance.now();
  work();
  times.set(name, [...(times.get(name) ?? []), performance.now() - startMs]);
}

for (let round = 0; round < ROUNDS; round += 1) {
  const some = keys.slice(0, 500);
  time('500 fall, weights held back and let go (ms)', () => {
    see(some, 'down');
    request(core, { kind: 'sent', keys: routes.map(({ key }) => key) }, nowMs);
    takeTurn(core, nowMs);
  });
  answer();
  time('500 rise (ms)', () => see(some, 'up'));
  answer();
  time('all 20,000 fall in one turn (ms)', () => see(keys, 'down'));
  answer();
  time('all 20,000 rise in one turn (ms)', () => see(keys, 'up'));
  answer();
  time('all services, servers and routes for status (ms)', () => {
    const view = viewOf(core, nowMs);
    view.services();
    view.routes();
  });
  time('explain of one route (ms)', () => void viewOf(core, nowMs).explain('192.0.2.7/32'));
}
for (const [name, list] of times) {
  const median = list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
  console.log(`${name}: median ${median.toFixed(2)}, first ${list[0]?.toFixed(2)}`);
}
