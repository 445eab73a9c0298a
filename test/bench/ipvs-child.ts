// The inside of ipvs.ts: prints its figures, and writes what a dump read to DIR/dump.bin.
import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGenericNetlink, type OpenedSocket } from '../../src/platform/genetlink.ts';
import { ipvsadmLine } from '../../src/protocol/ipvs/ipvsadm-line.ts';
import type { Destination, ServiceIdentity, TableChange } from '../../src/protocol/ipvs/table.ts';
import type { TableAccess } from '../../src/sinks/ipvs/table-access.ts';
import { ipvsadmAccess } from '../../src/sinks/ipvs/ipvsadm-access.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink-access.ts';

const [, , dir = '.'] = process.argv;
const ONE_ROUNDS = 40;
const ONE_PER_ROUND = 10;
const BATCH_ROUNDS = 8;

function serviceAt(at: number): ServiceIdentity {
  return { kind: 'address', protocol: 'tcp', address: `192.0.2.${at + 1}`, port: 80 };
}

function destinationAt(at: number, weight: number): Destination {
  return {
    address: `10.0.${Math.trunc(at / 250)}.${(at % 250) + 1}`,
    port: 80,
    forwarding: 3,
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 0, port: 0, flags: 0 },
    activeConnections: 0,
    inactiveConnections: 0,
  };
}

async function fill(access: TableAccess, services: number, servers: number): Promise<void> {
  execFileSync('ipvsadm', ['-C']);
  for (let at = 0; at < services; at += 1) {
    execFileSync('ipvsadm', ['-A', '-t', `192.0.2.${at + 1}:80`, '-s', 'rr']);
    const changes = Array.from({ length: servers }, (_, server) => change('add', at, server, 100));
    const results = await access.apply(changes);
    if (results.some(({ ok }) => !ok)) throw new Error('the table could not be filled');
  }
}

function change(
  kind: TableChange['kind'],
  at: number,
  server: number,
  weight: number,
): TableChange {
  return { kind, service: serviceAt(at), destination: destinationAt(server, weight) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function figures(values: readonly number[]): { mean: number; p50: number; text: string } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const text = `p50 ${at(0.5).toFixed(2)} ms  mean ${mean.toFixed(2)} ms  p99 ${at(0.99).toFixed(2)} ms`;
  return { mean, p50: at(0.5), text };
}

async function ipvsadmEdit(weight: number): Promise<void> {
  const line = ipvsadmLine(change('set', 0, weight % 1000, weight));
  if (!line.ok) throw new Error(line.reason);
  const [code] = await once(spawn('ipvsadm', line.line.split(' '), { stdio: 'inherit' }), 'close');
  if (code !== 0) throw new Error('ipvsadm failed');
}

/** Both ways take turns, so that what else the machine does falls on both. */
async function one(netlink: TableAccess): Promise<void> {
  const byNetlink: number[] = [];
  const byIpvsadm: number[] = [];
  for (let round = 0; round < ONE_ROUNDS; round += 1) {
    byIpvsadm.push(await timed(async () => ipvsadmEdit(round)));
    for (let i = 0; i < ONE_PER_ROUND; i += 1) {
      const changes = [change('set', 0, i, round)];
      byNetlink.push(await timed(async () => netlink.apply(changes)));
    }
  }
  const [fast, slow] = [figures(byNetlink), figures(byIpvsadm)];
  console.log(`one weight change of 1,000, netlink       ${fast.text}`);
  console.log(`one weight change of 1,000, ipvsadm -e    ${slow.text}`);
  console.log(
    `  netlink is ${(slow.mean / fast.mean).toFixed(0)} times as fast by the mean, ${(slow.p50 / fast.p50).toFixed(0)} times by the median`,
  );
}

async function thousand(netlink: TableAccess, ipvsadm: TableAccess): Promise<void> {
  const byNetlink: number[] = [];
  const byIpvsadm: number[] = [];
  for (let round = 0; round < BATCH_ROUNDS; round += 1) {
    const changes = Array.from({ length: 1000 }, (_, at) => change('set', 0, at, round));
    byNetlink.push(await timed(async () => netlink.apply(changes)));
    byIpvsadm.push(await timed(async () => ipvsadm.apply(changes)));
  }
  const [fast, slow] = [figures(byNetlink), figures(byIpvsadm)];
  console.log(`1,000 changes at once, netlink            ${fast.text}`);
  console.log(`1,000 changes at once, ipvsadm --restore  ${slow.text}`);
  console.log(
    `  netlink is ${(slow.mean / fast.mean).toFixed(1)} times as fast by the mean, ${(slow.p50 / fast.p50).toFixed(1)} times by the median`,
  );
}

/** `kernel`: with what the kernel does for us; `own`: our code alone. */
async function dumps(netlink: TableAccess, ipvsadm: TableAccess): Promise<void> {
  for (const access of [netlink, ipvsadm]) {
    const tookMs: number[] = [];
    const userMs: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const before = process.cpuUsage();
      tookMs.push(await timed(async () => access.dump()));
      userMs.push(process.cpuUsage(before).user / 1000);
    }
    console.log(`a dump of 10,000 destinations, ${access.via.padEnd(9)}  ${figures(tookMs).text}`);
    console.log(`  of it user CPU of this process          ${figures(userMs).text}`);
  }
}

function recording(): OpenedSocket {
  const opened = openGenericNetlink();
  if (!opened.ok) return opened;
  const { socket } = opened;
  const receive: typeof socket.receive = () => {
    const result = socket.receive();
    if (result.ok) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(result.value.length);
      appendFileSync(join(dir, 'dump.bin'), Buffer.concat([length, result.value]));
    }
    return result;
  };
  return { ok: true, socket: { ...socket, receive } };
}

const netlink = netlinkAccess();
const ipvsadm = ipvsadmAccess();
await fill(netlink, 1, 1000);
await one(netlink);
await thousand(netlink, ipvsadm);
await fill(netlink, 100, 100);
await dumps(netlink, ipvsadm);
const recorded = netlinkAccess(recording);
await recorded.dump();
for (const access of [netlink, ipvsadm, recorded]) access.close();
