// What plugins cost: from yield to the core across a worker, and fifty that have nothing to do.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BehaviorSubject } from 'rxjs';
import type { Config } from '../../src/model/config.ts';
import { plugins } from '../../src/sources/plugin/plugins.ts';
import { emptyConfig } from '../empty-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'routevane-bench-plugin-'));
const settle = {
  rise: 1,
  fall: 1,
  updelayMs: 0,
  downdelayMs: 0,
  damping: null,
  lostHoldMs: 10_000,
  onLost: 'down',
} as const;

/** Says when it yielded, by the clock that all threads share. */
const clock = `import { definePlugin, up } from 'routevane/plugin';

export default definePlugin({
  name: 'clock',
  async *observe(_options, { sleep }) {
    for (;;) {
      yield up({ detail: String(process.hrtime.bigint()) });
      await sleep(15);
    }
  },
});
`;
const idle = `import { definePlugin, up } from 'routevane/plugin';

export default definePlugin({
  name: 'idle',
  async *observe(_options, { sleep }) {
    for (;;) {
      yield up();
      await sleep(10_000);
    }
  },
});
`;
const idleWithZod = idle
  .replace('\n\n', `\nimport * as z from 'zod';\n\n`)
  .replace(`name: 'idle',`, `name: 'idle',\n  options: z.strictObject({}),`);

function configWith(isolate: 'worker' | 'none'): Config {
  const run = { module: join(folder, 'clock.ts'), folder, options: undefined, isolate } as const;
  const plugin = { ...run, staleAfterMs: null };
  return { ...emptyConfig, signals: [{ name: 'clock', type: 'plugin', plugin, settle }] };
}

async function latency(isolate: 'worker' | 'none', samples: number): Promise<void> {
  const tookMs: number[] = [];
  await new Promise<void>((resolve) => {
    const subscription = plugins(new BehaviorSubject(configWith(isolate)), {
      notify: ({ message }) => console.error(message),
    }).subscribe(({ detail = '0' }) => {
      tookMs.push(Number(process.hrtime.bigint() - BigInt(detail)) / 1e6);
      if (tookMs.length < samples) return;
      subscription.unsubscribe();
      resolve();
    });
  });
  tookMs.sort((a, b) => a - b);
  const at = (part: number): string => (tookMs[Math.floor(part * samples)] ?? NaN).toFixed(2);
  console.log(
    `yield → core, isolate: ${isolate}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(0.999)} ms (${samples} observations)`,
  );
}

/** With nothing at all to do the daemon would end. */
const keepAlive = `services:
  keep: { check: { type: tcp, interval: 10m }, real_servers: [127.0.0.1:9] }
`;

interface Cost {
  readonly rssMb: number;
  readonly cpuPercent: number;
}

/** The daemon from the bundle with so many plugins, once all have observed and it is quiet. */
async function daemon(count: number, source: string, isolate: string): Promise<Cost> {
  writeFileSync(join(folder, 'idle.ts'), source);
  const signals = Array.from(
    { length: count },
    (_, index) => `  p${index}: { type: plugin, module: ./idle.ts, isolate: ${isolate} }\n`,
  );
  const file = join(folder, 'bench.yaml');
  writeFileSync(file, `${keepAlive}${count === 0 ? '' : `signals:\n${signals.join('')}`}`);
  const child = spawn(process.execPath, ['dist/routevane.js', 'run', '-c', file], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let up = 0;
  const quiet = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      up += text.split('"to":"up"').length - 1;
      if (up >= count) resolve();
    });
    if (count === 0) resolve();
  });
  await quiet;
  // What starting left behind is compiled and collected.
  await sleep(10_000);
  const cpuBefore = cpuMs(child.pid ?? 0);
  const periodMs = 20_000;
  await sleep(periodMs);
  const cpuPercent = ((cpuMs(child.pid ?? 0) - cpuBefore) / periodMs) * 100;
  const rssMb = rss(child.pid ?? 0);
  child.kill('SIGKILL');
  return { rssMb, cpuPercent };
}

/** User and system time of all threads; a tick is 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rss(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function idleCost(what: string, source: string, isolate: string): Promise<void> {
  const count = 50;
  const cost = await daemon(count, source, isolate);
  const each = (cost.rssMb - none.rssMb) / count;
  console.log(
    `${count} idle, ${what}: ${each.toFixed(1)} MB each, ${cost.cpuPercent.toFixed(2)} % of a core` +
      ` (the daemon without any: ${none.rssMb.toFixed(0)} MB, ${none.cpuPercent.toFixed(2)} %)`,
  );
}

writeFileSync(join(folder, 'clock.ts'), clock);
await latency('worker', 1_000);
await latency('none', 1_000);
const none = await daemon(0, idle, 'worker');
await idleCost('isolate: worker', idle, 'worker');
await idleCost('isolate: worker, with zod', idleWithZod, 'worker');
await idleCost('isolate: none, with zod', idleWithZod, 'none');
rmSync(folder, { recursive: true });
