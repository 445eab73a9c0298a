// What an HTTP probe costs, on its schedule, beside the bare call that Node offers for it.
// node --import tsx test/bench/http.ts [PER_SECOND] [SECONDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { of } from 'rxjs';
import { probes } from '../../src/sources/probes/probes.ts';
import { configOf, realServer } from '../sources/probes/fixtures.ts';
import { httpCheck } from '../sources/probes/one-probe.ts';

const perSecond = Number(process.argv[2] ?? 500);
const seconds = Number(process.argv[3] ?? 10);

const file = fileURLToPath(new URL('http-server-child.ts', import.meta.url));
const child = spawn(process.execPath, ['--import', 'tsx', file], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(child.stdout, 'data');
const port = Number(line);

async function measure(title: string, begin: () => { ended: () => number; stop: () => void }) {
  const run = begin();
  await wait(3000);
  const [before, cpu] = [run.ended(), process.cpuUsage()];
  await wait(seconds * 1000);
  const { user, system } = process.cpuUsage(cpu);
  const count = run.ended() - before;
  run.stop();
  const each = (user + system) / 1000 / Math.max(1, count);
  console.log(
    `${title.padEnd(28)} ${(count / seconds).toFixed(0).padStart(4)}/s  CPU ${each.toFixed(3)} ms a probe`,
  );
}

for (const body of [null, /ok/]) {
  await measure(body === null ? 'http check' : 'http check with body', () => {
    let count = 0;
    const check = httpCheck({ port, body });
    const servers = Array.from({ length: perSecond }, (_, index) =>
      realServer('web', { port: index + 1, check }),
    );
    const subscription = probes(of(configOf({ web: servers })), {
      notify: console.error,
    }).subscribe(({ state }) => (count += state === 'up' ? 1 : 0));
    return { ended: () => count, stop: () => subscription.unsubscribe() };
  });
}

await measure('http.get, agent: false', () => {
  let count = 0;
  const timer = setInterval(() => {
    for (let probe = 0; probe < perSecond / 100; probe += 1) {
      get({ host: '127.0.0.1', port, agent: false }, (response) => {
        count += 1;
        response.destroy();
      }).on('error', () => {});
    }
  }, 10);
  return { ended: () => count, stop: () => clearInterval(timer) };
});
child.kill();
