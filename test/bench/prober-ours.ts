// Our probes alone, without core and sinks.
// usage: prober-ours TARGETS FIRST_PORT PORTS INTERVAL_MS SECONDS [PROTOCOL MODE WARM_UP_SECONDS delay]
// With `delay` it measures the event loop's delay besides, which costs CPU itself.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NEVER, startWith } from 'rxjs';
import { keepYoungGenerationSmall } from '../../src/platform/memory.ts';
import { probes } from '../../src/sources/probes/probes.ts';
import { configOf, realServer, tcpCheck, udpCheck } from '../sources/probes/fixtures.ts';

const [targets = 0, firstPort = 0, ports = 1, intervalMs = 1000, seconds = 10] = process.argv
  .slice(2, 7)
  .map(Number);
const [protocol = 'tcp', mode = 'connect', warmUpSeconds = '3', delay] = process.argv.slice(7);
const times = { intervalMs, timeoutMs: intervalMs / 2, fastIntervalMs: intervalMs / 5 };
const check =
  protocol === 'tcp'
    ? tcpCheck({ ...times, mode: mode === 'hold' ? 'hold' : 'connect' })
    : udpCheck({ ...times, expect: { kind: 'bytes', bytes: Buffer.from('probe') } });
const servers = Array.from({ length: targets }, (_, index) =>
  realServer('bench', {
    address: `127.0.${Math.floor(index / ports)}.1`,
    port: firstPort + (index % ports),
    check: { ...check },
  }),
);

// As `run` does.
keepYoungGenerationSmall();
const counts = { up: 0, down: 0, lost: 0 };
const config$ = NEVER.pipe(startWith(configOf({ bench: servers })));
probes(config$, { notify: (notice) => console.error(notice) }).subscribe(({ state }) => {
  counts[state] += 1;
});
// Start-up (compilation, first probes, sentinels) is not what a daemon does all day.
setTimeout(
  () => {
    const before = { ...counts, cpu: process.cpuUsage() };
    const loop = monitorEventLoopDelay({ resolution: 1 });
    if (delay === 'delay') loop.enable();
    setTimeout(() => {
      const { user, system } = process.cpuUsage(before.cpu);
      const probed = counts.up - before.up;
      const failed = counts.down + counts.lost - before.down - before.lost;
      const rssKb = process.memoryUsage.rss() / 1024;
      const loopDelayP99Ms = loop.percentile(99) / 1e6;
      const result = { probes: probed, failed, cpuUs: user + system, rssKb, loopDelayP99Ms };
      console.log(JSON.stringify(result));
      process.exit(0);
    }, seconds * 1000);
  },
  Number(warmUpSeconds) * 1000,
);
