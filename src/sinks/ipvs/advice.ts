import type { Config } from '../../model/config.ts';
import { FORWARDING, SERVICE_FLAG } from '../../protocol/ipvs/numbers.ts';
import type { Destination, TableService } from '../../protocol/ipvs/table.ts';
import { destinationName, serviceName } from './names.ts';
import { ownedOf } from './owned.ts';
import type { IpvsSettings } from './ipvs-settings.ts';

/** Names that a line lists before it only counts. */
const NAMES_MAX = 3;

/** Connections a real server that the size of the kernel's table is judged by. */
const CONNECTIONS_PER_SERVER = 100;

/** Longer chains than this in the kernel's table of connections cost each packet time. */
const CHAIN_MAX = 16;

/** What a node may carry after another one is lost, before there is nothing left for peaks. */
const SURVIVING_MAX_PERCENT = 70;

/** What an operator should know about this table and this kernel, one sentence each. Told once, at the start. */
export function adviceOf(
  config: Config,
  table: readonly TableService[],
  surroundings: IpvsSettings,
): readonly string[] {
  const names = new Set(ownedOf(config).services.flatMap(({ serviceNames }) => serviceNames));
  const ours = table.filter(({ identity }) => names.has(serviceName(identity)));
  return [
    ...connectionTable(table, surroundings),
    ...otherPorts(ours),
    ...offLink(ours, surroundings),
    ...stickyUdp(ours),
    ...kernelSettings(config, ours, surroundings),
    ...withoutState(config),
    ...survivors(config, surroundings),
  ];
}

function connectionTable(table: readonly TableService[], { rows }: IpvsSettings): string[] {
  if (rows === null || rows === 0) return [];
  const servers = table.reduce((sum, { destinations }) => sum + destinations.length, 0);
  const chain = Math.round((servers * CONNECTIONS_PER_SERVER) / rows);
  if (chain <= CHAIN_MAX) return [];
  const bits = Math.min(20, Math.ceil(Math.log2(servers * CONNECTIONS_PER_SERVER)));
  return [
    `the IPVS connection table has ${rows} buckets for ${servers} real servers: at ` +
      `${CONNECTIONS_PER_SERVER} connections each, every packet searches ${chain} entries; set ` +
      `"options ip_vs conn_tab_bits=${bits}" in /etc/modprobe.d, where ip_vs is a module`,
  ];
}

function isRewriting({ forwarding }: Destination): boolean {
  return forwarding === FORWARDING.masquerading;
}

function otherPorts(services: readonly TableService[]): string[] {
  const wrong = services.flatMap(({ identity, destinations }) => {
    if (identity.kind === 'fwmark' || identity.port === 0) return [];
    return destinations
      .filter((each) => !isRewriting(each) && each.port !== identity.port)
      .map((each) => `${destinationName(each)} of ${serviceName(identity)}`);
  });
  return wrong.length === 0
    ? []
    : [
        'only masquerading rewrites ports: with direct routing and tunnels, packets arrive at the ' +
          `port of the service, not at ${listed(wrong)}`,
      ];
}

function offLink(services: readonly TableService[], { isOnLink }: IpvsSettings): string[] {
  const far = new Set(
    services.flatMap(({ destinations }) =>
      destinations
        .filter(({ forwarding, address }) => forwarding === FORWARDING.direct && !isOnLink(address))
        .map(({ address }) => address),
    ),
  );
  return far.size === 0
    ? []
    : [
        'direct routing reaches only real servers in the same layer-2 segment, and no interface ' +
          `of this node has a subnet with ${listed([...far])}`,
      ];
}

function stickyUdp(services: readonly TableService[]): string[] {
  const sticky = services
    .filter(
      ({ identity, flags }) =>
        identity.kind === 'address' &&
        identity.protocol === 'udp' &&
        (flags & SERVICE_FLAG.ONE_PACKET) === 0,
    )
    .map(({ identity }) => serviceName(identity));
  return sticky.length === 0
    ? []
    : [
        'without --ops, a client that keeps its UDP port (syslog, RADIUS, a resolver) is sent to ' +
          `the same real server for minutes, even at weight 0: ${listed(sticky)}`,
      ];
}

function kernelSettings(
  { services }: Config,
  ours: readonly TableService[],
  { settings }: IpvsSettings,
): string[] {
  const lines: string[] = [];
  const own = services.filter(({ virtual }) => virtual !== null);
  const isPersistent = ours.some(({ flags }) => (flags & SERVICE_FLAG.PERSISTENT) !== 0);
  const isQuiescing = own.some(({ onDown }) => onDown === 'quiesce');
  if (isPersistent && isQuiescing && settings.get('expire_quiescent_template') === 0) {
    lines.push(
      'clients of a persistent service are still sent to a real server at weight 0: set ' +
        'sysctl net.ipv4.vs.expire_quiescent_template=1 to send them to others',
    );
  }
  const isRemoving = own.some(({ onDown }) => onDown === 'remove');
  if (isRemoving && settings.get('expire_nodest_conn') === 0) {
    lines.push(
      'connections to a removed real server (on_down: remove) hang until they time out: set ' +
        'sysctl net.ipv4.vs.expire_nodest_conn=1 to end them at once',
    );
  }
  if (own.length > 0 && settings.get('conn_reuse_mode') === 0) {
    lines.push(
      'a client that reuses a port is sent to the same real server, even at weight 0: set ' +
        'sysctl net.ipv4.vs.conn_reuse_mode=1 to schedule it again',
    );
  }
  return lines;
}

function withoutState({ stateDir, services }: Config): string[] {
  const removing = services.filter(
    ({ virtual, onDown }) => virtual !== null && onDown === 'remove',
  );
  return stateDir !== null || removing.length === 0
    ? []
    : [
        'on_down: remove without state_dir: removed servers are not added again after a crash; ' +
          `set state_dir: ${listed(removing.map(({ name }) => name))}`,
      ];
}

function survivors({ nodes }: Config, { bitsPerS, linkBitsPerS }: IpvsSettings): string[] {
  if (nodes.length < 2 || bitsPerS === null || linkBitsPerS === null) return [];
  const percent = (100 * bitsPerS) / linkBitsPerS;
  const after = (percent * nodes.length) / (nodes.length - 1);
  return after <= SURVIVING_MAX_PERCENT
    ? []
    : [
        `IPVS forwards ${gigabits(bitsPerS)} Gbit/s, ${Math.round(percent)}% of the fastest interface ` +
          `(${gigabits(linkBitsPerS)} Gbit/s): if one of ${nodes.length} nodes fails, each of the ` +
          `others carries ${Math.round(after)}%`,
      ];
}

function gigabits(bits: number): string {
  return (bits / 1e9).toFixed(1);
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
