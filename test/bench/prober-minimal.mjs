// The least Node can do: `new Socket()`, connect, reset; one paced loop.
// usage: prober-minimal.mjs TARGETS FIRST_PORT PORTS INTERVAL_MS SECONDS
import { Socket } from 'node:net';

const [targets, firstPort, ports, intervalMs, seconds] = process.argv.slice(2).map(Number);
let [started, done, failed] = [0, 0, 0];
const begin = performance.now();
const timer = setInterval(() => {
  const elapsedMs = performance.now() - begin;
  if (elapsedMs > seconds * 1000) return end();
  for (const due = (elapsedMs * targets) / intervalMs; started < due; started += 1) {
    const target = started % targets;
    const socket = new Socket();
    socket.on('connect', () => {
      done += 1;
      socket.resetAndDestroy();
    });
    socket.on('error', () => (failed += 1));
    const host = `127.0.${Math.floor(target / ports)}.1`;
    socket.connect({ host, port: firstPort + (target % ports) });
  }
}, 10);

function end() {
  clearInterval(timer);
  const { user, system } = process.cpuUsage();
  const rssKb = process.memoryUsage.rss() / 1024;
  console.log(JSON.stringify({ probes: done, failed, cpuUs: user + system, rssKb }));
  process.exit(0);
}
