// From the death of servers to the `withdraw` line on stdout, by the whole
// program (dist/routevane.js, so `npm run prepare` first): 5,000 services of one server each, in hold mode.
// Then the CPU that 5,000 idle sentinels cost. Prints medians; asserts nothing.
// Needs root: it moves itself to a network namespace of its own.
// usage: node test/bench/hold.mjs [ROUNDS]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle, here, listener, measure, median, monotonicMs, pinned, work } from './lab.mjs';

const PROGRAM = here('../../dist/routevane.js');
const GOOD = 4500;
const BAD = 500;
const PORTS = 450;
const GOOD_PORT = 20_000;
const BAD_PORT = 22_000;
/** The log is written in batches, and so some time after. */
const LOG_MS = 1000;
/** After 5,000 announces at once. */
const SPACED_MS = 6500;
const BAD_ADDRESS = '127.0.200.1';

if (process.env.ROUTEVANE_BENCH_NETNS !== 'own') moveToNamespace();
const rounds = Number(process.argv[2] ?? 5);

await floor();
const good = await listener(GOOD_PORT, PORTS);
report('one killed', await react({ timeoutMs: 500, rounds: rounds * 4, fault: killOne }));
report('500 killed', await react({ timeoutMs: 500, rounds, fault: killAll }));
report('500 silent, time-out 50 ms', await react({ timeoutMs: 50, rounds, fault: silence }));
await idle();
good.disconnect();

function moveToNamespace() {
  if (!existsSync(PROGRAM)) throw new Error('dist/routevane.js is missing: run npm run prepare');
  const self = [process.execPath, ...process.argv.slice(1)];
  const script = 'ip link set lo up && exec "$@"';
  const env = { ...process.env, ROUTEVANE_BENCH_NETNS: 'own' };
  const args = ['-n', 'sh', '-c', script, 'sh', ...self];
  process.exit(spawnSync('unshare', args, { stdio: 'inherit', env }).status ?? 1);
}

function configuration(timeoutMs) {
  const lines = [
    `check_defaults: { interval: 1s, timeout: ${timeoutMs}ms, fall: 2, rise: 2 }`,
    'outputs: { exabgp: { via: stdio, ack_timeout: 2s } }',
    'services:',
  ];
  for (let index = 0; index < GOOD + BAD; index += 1) {
    const server =
      index < BAD
        ? `${BAD_ADDRESS}:${BAD_PORT + index}`
        : `127.0.${Math.floor((index - BAD) / PORTS)}.1:${GOOD_PORT + ((index - BAD) % PORTS)}`;
    lines.push(`  s${index}: { check: { type: tcp, mode: hold }, real_servers: ["${server}"] }`);
  }
  lines.push('routes:');
  for (let index = 0; index < GOOD + BAD; index += 1) {
    lines.push(`  - { prefix: ${prefix(index)}, when: s${index}, next_hop: 192.0.2.1 }`);
  }
  const file = join(work, `hold-${timeoutMs}.yaml`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

function prefix(index) {
  return `10.0.${index >> 8}.${index & 255}/32`;
}

/** Runs the program, lets servers fail `rounds` times, and collects when each route went. */
async function react({ timeoutMs, rounds: times, fault }) {
  const [program, ...args] = [...pinned(0), process.execPath, PROGRAM, 'run', '-c'];
  const bad = { child: await listener(BAD_PORT, BAD) };
  const child = spawn(program, [...args, configuration(timeoutMs)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const state = new Map();
  createInterface(child.stdout).on('line', (line) => {
    // We are an ExaBGP that acknowledges each command and has nothing to tell.
    if (line !== '') child.stdin.write('done\n');
    // One line may carry many routes: `announce attributes … nlri A B C`.
    const [verb] = line.split(' ', 1);
    for (const [route] of line.matchAll(/\S+\/32/g))
      state.set(route, { verb, atMs: monotonicMs() });
  });
  // The log tells when a server was decided, before the sink spaces what it
  // writes. It is written in batches: its own time counts, on the wall clock.
  const downAtMs = new Map();
  createInterface(child.stderr).on('line', (line) => {
    if (!line.includes('"to":"down"')) return;
    const { name, time } = JSON.parse(line);
    if (name?.includes('/')) downAtMs.set(name, Date.parse(time) - Date.now() + monotonicMs());
  });
  const rows = [];
  for (let round = 0; round < times; round += 1) {
    await until(() => count(state, 'announce') === GOOD + BAD);
    // Every server is settled, and has its sentinel again. And no change is under way:
    // without send events the sink spaces changes of one route, by more after many.
    await sleep((round === 0 ? SPACED_MS : 2500) + Math.random() * 1000);
    downAtMs.clear();
    const { faultMs, ...row } = await fault(state, bad);
    await sleep(LOG_MS);
    rows.push({ ...row, decided: Math.max(...downAtMs.values()) - faultMs });
    if (fault === silence) nft('delete table inet bench');
    bad.child.kill('SIGKILL');
    bad.child = await listener(BAD_PORT, BAD);
  }
  child.kill('SIGKILL');
  bad.child.kill('SIGKILL');
  await once(child, 'exit');
  return rows;
}

/** What plain Node and the kernel need here: the last of 500 connections closed, 500 refused twice. */
async function floor() {
  const closed = [];
  const refused = [];
  for (let round = 0; round < rounds; round += 1) {
    const child = await listener(BAD_PORT, BAD);
    const ports = Array.from({ length: BAD }, (_, index) => BAD_PORT + index);
    const held = await Promise.all(ports.map((port) => connected(port)));
    const ends = held.map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    let startMs = monotonicMs();
    child.kill('SIGKILL');
    await Promise.all(ends);
    closed.push(monotonicMs() - startMs);
    startMs = monotonicMs();
    await Promise.all(ports.map((port) => attempt(port).then(() => attempt(port))));
    refused.push(monotonicMs() - startMs);
  }
  console.log(
    `plain Node, 500 killed: last connection closed ${ms(closed)} ms, then all refused twice ${ms(refused)} ms`,
  );
}

async function connected(port) {
  const socket = new Socket().on('error', () => {});
  socket.connect(port, BAD_ADDRESS);
  await once(socket, 'connect');
  return socket.resume();
}

function attempt(port) {
  return new Promise((resolve) => {
    new Socket().on('error', resolve).connect(port, BAD_ADDRESS);
  });
}

async function killOne(state, bad) {
  const victim = Math.floor(Math.random() * BAD);
  bad.child.send({ drop: [victim, victim + 1] });
  const [{ atMs }] = await once(bad.child, 'message');
  await until(() => count(state, 'withdraw') > 0);
  return timesFrom(atMs, state);
}

async function killAll(state, bad) {
  const atMs = monotonicMs();
  bad.child.kill('SIGKILL');
  await until(() => count(state, 'withdraw') >= BAD);
  return timesFrom(atMs, state);
}

async function silence(state) {
  nft('add table inet bench; add chain inet bench in { type filter hook input priority 0; }');
  nft(`add rule inet bench in ip daddr ${BAD_ADDRESS} drop`);
  const atMs = monotonicMs();
  await until(() => count(state, 'withdraw') >= BAD);
  return timesFrom(atMs, state);
}

function nft(command) {
  execFileSync('nft', [command]);
}

function timesFrom(faultMs, state) {
  const gone = [...state].filter(([, { verb }]) => verb === 'withdraw');
  const times = gone.map(([, { atMs }]) => atMs - faultMs);
  const bad = new Set(Array.from({ length: BAD }, (_, index) => prefix(index)));
  const falseAlarms = gone.filter(([route]) => !bad.has(route)).length;
  return { faultMs, first: Math.min(...times), last: Math.max(...times), falseAlarms };
}

function ms(numbers) {
  return `p50 ${median(numbers).toFixed(1)} max ${Math.max(...numbers).toFixed(1)}`;
}

function report(name, rows) {
  console.log(
    `${name}: first withdraw ${ms(rows.map(({ first }) => first))} ms, ` +
      `last ${ms(rows.map(({ last }) => last))} ms, ` +
      `last server decided ${ms(rows.map(({ decided }) => decided))} ms, ` +
      `${rows.reduce((sum, row) => sum + row.falseAlarms, 0)} false alarms, ${rows.length} rounds`,
  );
}

async function idle() {
  const ours = await bundle('prober-ours.ts');
  const args = [GOOD, GOOD_PORT, PORTS, 30_000, 30, 'tcp', 'hold', 40];
  const { cpuUs, rssKb } = await measure([process.execPath, ours], args);
  const percent = (cpuUs / 30e6) * 100;
  console.log(
    `${GOOD} idle sentinels, a connect each 30 s: ${percent.toFixed(2)} % of a core, ` +
      `RSS ${(rssKb / 1024).toFixed(0)} MB`,
  );
}

function count(state, wanted) {
  let found = 0;
  for (const { verb } of state.values()) if (verb === wanted) found += 1;
  return found;
}

async function until(condition) {
  while (!condition()) await sleep(20);
}

function sleep(forMs) {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
