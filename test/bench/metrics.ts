/** What /metrics costs with 5,000 real servers, and how long it keeps the loop from others. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { metrics } from '../../src/admin/metrics.ts';
import type { Observation } from '../../src/model/observation.ts';
import { config, server, service } from '../core/fixtures.ts';
import { viewOf } from '../admin/metrics-fixtures.ts';

const SERVERS = 5_000;
const ROUNDS = 100;
const OBSERVATIONS = 1_000_000;

const meter = metrics('bench');
const view = viewOf(SERVERS);
const keys = Array.from({ length: SERVERS }, (_, n) => `web/10.1.${n >> 8}.${n & 255}:80`);
meter.configured(
  config({
    services: [
      service(
        'web',
        keys.map((key) => server(key)),
      ),
    ],
  }),
);

const observations = keys.map((signal, n): Observation => {
  return { signal, state: 'up', reason: '', atMs: n, latencyMs: (n % 40) / 10 };
});
const startMs = performance.now();
for (let n = 0; n < OBSERVATIONS; n += 1) {
  const one = observations[n % SERVERS];
  if (one !== undefined) meter.observed(one);
}
const observeUs = ((performance.now() - startMs) * 1000) / OBSERVATIONS;

const tookMs: number[] = [];
const pauseMs: number[] = [];
let bytes = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const state = { isOver: false };
  let lastMs = performance.now();
  let longestMs = 0;
  const watch = async (): Promise<void> => {
    while (!state.isOver) {
      await nextTurn();
      const nowMs = performance.now();
      longestMs = Math.max(longestMs, nowMs - lastMs);
      lastMs = nowMs;
    }
  };
  const beganMs = performance.now();
  const watching = watch();
  bytes = (await meter.scrape(view)).length;
  tookMs.push(performance.now() - beganMs);
  state.isOver = true;
  await watching;
  pauseMs.push(longestMs);
}

function rank(values: readonly number[], share: number): string {
  return (values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN).toFixed(1);
}

console.log(
  `metrics: ${SERVERS} real servers, ${bytes >> 10} KiB in ${rank(tookMs, 0.5)} ms ` +
    `(p95 ${rank(tookMs, 0.95)}); longest pause of the loop ${rank(pauseMs, 0.5)} ms ` +
    `(p95 ${rank(pauseMs, 0.95)}); an observation ${observeUs.toFixed(2)} µs`,
);
process.exit(0);
