import { spawnSync } from 'node:child_process';
import { messageOf } from '../../platform/error.ts';
import { ipvsadmLine, serviceLine, type IpvsadmLine } from '../../protocol/ipvs/ipvsadm-line.ts';
import { FORWARDING, TUNNEL } from '../../protocol/ipvs/constants.ts';
import type { Destination, ServiceIdentity, TableService } from '../../protocol/ipvs/table.ts';
import { TableError } from '../../sinks/ipvs/table-access.ts';
import { netlinkAccess } from '../../sinks/ipvs/netlink-access.ts';
import { INPUT_MAX_BYTES, type Input } from './read-input.ts';

const NO_WAY: Input = {
  ok: false,
  reason: 'ipvsadm: it is not installed: install ipvsadm, or give a FILE',
};

/** The live IPVS table, as `ipvsadm -Sn` prints it. A node with keepalived may have no ipvsadm. */
export async function readLiveTable(): Promise<Input> {
  return printedByIpvsadm() ?? (await askedByNetlink());
}

/** `null`: it is not installed. */
function printedByIpvsadm(): Input | null {
  const { stdout, stderr, status, error } = spawnSync('ipvsadm', ['-Sn'], {
    encoding: 'utf8',
    maxBuffer: INPUT_MAX_BYTES,
    // It lies in sbin, which not everybody's PATH has.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) {
    const isAbsent = 'code' in error && error.code === 'ENOENT';
    return isAbsent ? null : { ok: false, reason: `ipvsadm: ${error.message}` };
  }
  if (status === 0) return { ok: true, text: stdout };
  const line = stderr.split('\n').find((each) => each !== '') ?? '';
  return { ok: false, reason: `ipvsadm -Sn ended with ${status}: ${line}` };
}

async function askedByNetlink(): Promise<Input> {
  const access = netlinkAccess();
  try {
    return rulesOf(await access.dump());
  } catch (error) {
    if (error instanceof TableError && error.code === 'no_koffi') return NO_WAY;
    return { ok: false, reason: messageOf(error) };
  } finally {
    access.close();
  }
}

/** As far as a configuration needs them: how packets are forwarded stays in the table. */
function rulesOf(services: readonly TableService[]): Input {
  const rules: string[] = [];
  for (const { identity, destinations } of services) {
    const head = serviceLine(identity);
    if (!head.ok) return head;
    const servers: string[] = [];
    for (const each of destinations) {
      const rule = serverLine(identity, each);
      if (!rule.ok) return rule;
      servers.push(rule.line);
    }
    rules.push([head.line, ...servers.toSorted()].join('\n'));
  }
  // The kernel keeps no order: what is printed twice should not differ.
  return { ok: true, text: `${rules.toSorted().join('\n')}\n` };
}

function serverLine(service: ServiceIdentity, { address, port, weight }: Destination): IpvsadmLine {
  const destination: Destination = {
    address,
    port,
    weight,
    forwarding: FORWARDING.direct,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: TUNNEL.ipip, port: 0, flags: 0 },
    activeConnections: 0,
    inactiveConnections: 0,
  };
  return ipvsadmLine({ kind: 'add', service, destination });
}
