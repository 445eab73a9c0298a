import { promises } from 'node:fs';
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TableAccess } from './table-access.ts';

/** What advice depends on besides the table; `null` or missing: not known on this node. */
export interface IpvsSettings {
  /** Buckets of the connection table. */
  readonly connectionTableSize: number | null;
  /** sysctls below net.ipv4.vs. */
  readonly sysctls: ReadonlyMap<string, number>;
  /** Whether an interface of this node has a subnet with this address. */
  readonly isOnLink: (address: string) => boolean;
  /** What IPVS forwards, in or out, whichever is more. */
  readonly bitsPerS: number | null;
  /** Of the fastest interface. */
  readonly linkBitsPerS: number | null;
}

const SYSCTLS = ['expire_nodest_conn', 'expire_quiescent_template', 'conn_reuse_mode'] as const;

/** Reads what this node has; never rejects. */
export async function readIpvsSettings(access: TableAccess): Promise<IpvsSettings> {
  const info = access.info?.() ?? Promise.resolve(null);
  const [found, sysctls, stats, linkBitsPerS] = await Promise.all([
    info.catch(() => null),
    Promise.all(SYSCTLS.map(sysctl)),
    textOf('/proc/net/ip_vs_stats'),
    fastestBitsPerS(),
  ]);
  return {
    connectionTableSize: found?.connTabSize ?? null,
    sysctls: new Map(sysctls.flat()),
    isOnLink: onLink(),
    bitsPerS: stats === null ? null : ipvsBitsPerS(stats),
    linkBitsPerS,
  };
}

async function sysctl(name: string): Promise<[string, number][]> {
  const text = await textOf(`/proc/sys/net/ipv4/vs/${name}`);
  return text === null || !/^\d+\s*$/u.test(text) ? [] : [[name, Number(text)]];
}

/** The last line of the statistics: connections, packets and bytes a second, in hexadecimal. */
export function ipvsBitsPerS(stats: string): number | null {
  const columns = (stats.trimEnd().split('\n').at(-1) ?? '').trim().split(/\s+/u);
  const [, , , inBytes, outBytes] = columns.map((column) =>
    /^[0-9a-f]{1,16}$/iu.test(column) ? Number.parseInt(column, 16) : Number.NaN,
  );
  if (inBytes === undefined || outBytes === undefined) return null;
  const bytes = Math.max(inBytes, outBytes);
  return Number.isNaN(bytes) ? null : 8 * bytes;
}

async function fastestBitsPerS(): Promise<number | null> {
  const names = Object.keys(interfaces());
  const speeds = await Promise.all(
    names.map(async (name) => Number((await textOf(`/sys/class/net/${name}/speed`)) ?? 0)),
  );
  const fastest = Math.max(0, ...speeds.filter((mbits) => Number.isFinite(mbits)));
  return fastest === 0 ? null : fastest * 1e6;
}

function onLink(): (address: string) => boolean {
  const addresses = Object.values(interfaces()).flatMap((each) => each ?? []);
  if (addresses.length === 0) return () => true;
  const subnets = new BlockList();
  for (const { cidr, family } of addresses) {
    const [net = '', bits = ''] = (cidr ?? '').split('/');
    if (net !== '') subnets.addSubnet(net, Number(bits), family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return (address) => subnets.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** None, where the system call fails: there may be no memory or file left. */
function interfaces(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await promises.readFile(path, 'utf8');
  } catch {
    // Another kernel, a container, or an interface without a speed.
    return null;
  }
}
