// Weight changes and dumps of a real IPVS table: generic netlink in-process beside the
// program ipvsadm, in the same kernel (User-Mode Linux where the host's has no IPVS).
// Needs root: node --import tsx test/bench/ipvs.ts
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenedSocket } from '../../src/platform/genetlink.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink-access.ts';
import { ipvsKernel, type IpvsKernel } from '../e2e/uml/kernel.ts';

const ROUNDS = 20;

/** The recorded answers of the kernel: what is left is our own work, without a kernel's. */
function replaying(bytes: Buffer): OpenedSocket {
  let offset = 0;
  const receive = (): { readonly ok: true; readonly value: Uint8Array } => {
    const length = bytes.readUInt32LE(offset);
    const value = bytes.subarray(offset + 4, offset + 4 + length);
    offset += 4 + length;
    return { ok: true, value };
  };
  const socket = { send: () => ({ ok: true, value: null }) as const, receive, close: () => {} };
  return { ok: true, socket };
}

async function dumpNatively(kernel: IpvsKernel): Promise<void> {
  const bytes = readFileSync(join(kernel.dir, 'dump.bin'));
  const cpuMs: number[] = [];
  let destinations = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const access = netlinkAccess(() => replaying(bytes));
    const before = process.cpuUsage();
    const table = await access.dump();
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
    destinations = table.reduce((sum, service) => sum + service.destinations.length, 0);
  }
  const sorted = cpuMs.toSorted((a, b) => a - b);
  const p50 = sorted[ROUNDS >> 1] ?? NaN;
  const first = cpuMs[0] ?? NaN;
  console.log(
    `decoding a dump of ${destinations} destinations natively: own CPU p50 ${p50.toFixed(1)} ms, the first time ${first.toFixed(1)} ms`,
  );
}

const kernel = await ipvsKernel({ after: () => {} });
console.log(`kernel: ${kernel.via}, took commands after ${Math.round(kernel.bootMs)} ms`);
const inside = kernel.start(await kernel.node('test/bench/ipvs-child.ts', [kernel.dir]));
const { code, stdout, stderr } = await inside.ended;
process.stdout.write(stdout + stderr);
if (code === 0) await dumpNatively(kernel);
await kernel.halt();
process.exitCode = code ?? 1;
