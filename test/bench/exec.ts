// What 200 Nagios plugins a second cost, and what they do to the event loop.
// node --import tsx test/bench/exec.ts [PER_SECOND] [SECONDS]
import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { of } from 'rxjs';
import type { Config } from '../../src/model/config.ts';
import { exec } from '../../src/sources/exec/exec.ts';
import { emptyConfig } from '../empty-config.ts';
import { SETTLE } from '../sources/probes/fixtures.ts';

const perSecond = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 10);
const command = ['/usr/lib/nagios/plugins/check_dummy', '0', 'fine'] as const;

function ms(ns: number): string {
  return (ns / 1e6).toFixed(1).padStart(6);
}

async function measure(title: string, begin: () => { ended: () => number; stop: () => void }) {
  const run = begin();
  // Until all are in their rhythm.
  await wait(2000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const [before, cpu] = [run.ended(), process.cpuUsage()];
  delay.enable();
  await wait(seconds * 1000);
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const count = run.ended() - before;
  run.stop();
  console.log(
    `${title.padEnd(34)} ${(count / seconds).toFixed(0).padStart(4)}/s  loop delay p50 ${ms(delay.percentile(50))} ms` +
      `  p99 ${ms(delay.percentile(99))} ms  max ${ms(delay.max)} ms` +
      `  own CPU ${((user + system) / 1000 / Math.max(1, count)).toFixed(2)} ms each`,
  );
  await wait(500);
}

const signals = Array.from({ length: perSecond }, (_, index) => ({
  name: `s${index}`,
  type: 'exec' as const,
  command,
  intervalMs: 1000,
  fastIntervalMs: 200,
  timeoutMs: 1000,
  user: null,
  settle: SETTLE,
}));

await measure('nothing', () => ({ ended: () => 0, stop: () => {} }));

await measure('exec signals', () => {
  let count = 0;
  const config: Config = { ...emptyConfig, signals };
  const subscription = exec(of(config)).subscribe(({ state }) => {
    if (state === 'up') count += 1;
  });
  return { ended: () => count, stop: () => subscription.unsubscribe() };
});

await measure('execFile, all due at once', () => {
  let count = 0;
  const [program, ...args] = command;
  const timer = setInterval(() => {
    for (let child = 0; child < perSecond; child += 1) {
      execFile(program, args, (error) => (count += error === null ? 1 : 0));
    }
  }, 1000);
  return { ended: () => count, stop: () => clearInterval(timer) };
});
