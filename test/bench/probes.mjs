// CPU of one TCP and one UDP probe, at TARGETS targets a second, beside a bare C
// prober and the least Node can do. Prints medians; asserts nothing.
// usage: node test/bench/probes.mjs [ROUNDS [SECONDS [TARGETS]]]
import { bundle, compile, listener, measure, median } from './lab.mjs';

const [rounds = 5, seconds = 5, targets = 5000] = process.argv.slice(2).map(Number);
const PORTS = 500;
const INTERVAL_MS = 1000;

const ours = await bundle('prober-ours.ts');
const node = process.execPath;
const tcpPort = 20_000;
// One address: a UDP server that listens on all of them answers from one only.
const udpPort = 25_000;
const common = [PORTS, INTERVAL_MS, seconds];
const probers = {
  'C, epoll': () => measure([compiled], [targets, tcpPort, ...common]),
  'Node, minimal': () => measure([node, minimal], [targets, tcpPort, ...common]),
  routevane: () => measure([node, ours], [targets, tcpPort, ...common]),
  'routevane, hold': () => measure([node, ours], [targets, tcpPort, ...common, 'tcp', 'hold']),
  'routevane, UDP': () =>
    measure([node, ours], [targets, udpPort, targets, INTERVAL_MS, seconds, 'udp']),
};
const compiled = compile('connect-prober.c');
const minimal = new URL('prober-minimal.mjs', import.meta.url).pathname;

const listeners = [await listener(tcpPort, PORTS), await listener(udpPort, targets, 'udp')];
const results = new Map(Object.keys(probers).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  // Interleaved, so that other work on the machine meets all of them alike.
  for (const [name, run] of Object.entries(probers)) results.get(name).push(await run());
}
const delays = [];
for (let round = 0; round < rounds; round += 1) {
  const args = [targets, tcpPort, ...common, 'tcp', 'connect', 3, 'delay'];
  delays.push((await measure([node, ours], args)).loopDelayP99Ms);
}
for (const child of listeners) child.disconnect();

const perProbe = (name) => median(results.get(name).map(({ cpuUs, probes }) => cpuUs / probes));
console.log(
  `${targets} targets, one probe each per second; medians of ${rounds} runs of ${seconds} s`,
);
for (const [name, runs] of results) {
  const us = perProbe(name);
  const ratio = (us / perProbe('C, epoll')).toFixed(2);
  const rssMb = median(runs.map(({ rssKb }) => rssKb)) / 1024;
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  console.log(
    `${name.padEnd(16)} ${us.toFixed(1).padStart(6)} µs a probe, ${ratio} × C, ` +
      `RSS ${rssMb.toFixed(0)} MB, ${failed} failed`,
  );
}
console.log(
  `event-loop delay p99 ${median(delays).toFixed(1)} ms (its measuring costs CPU itself)`,
);
