import type { Config } from '../../model/config.ts';
import { FORWARDING, SERVICE_FLAG } from '../../protocol/ipvs/constants.ts';
import type { Destination, TableService } from '../../protocol/ipvs/table.ts';
import { destinationName, serviceName } from './names.ts';
import { managedBy } from './managed.ts';
import type { IpvsSettings } from './ipvs-settings.ts';

/** Names that a line lists before it only counts. */
const NAMES_MAX = 3;

/** Assumed connections of each real server: the connection table should have room for them. */
const CONNECTIONS_PER_SERVER = 100;

/** Longer hash chains than this in the connection table delay each packet. */
const CHAIN_MAX = 16;

/** The most that a node should carry once another one is lost: the rest is for peaks. */
const LOAD_MAX_PERCENT = 70;

/** What an operator should change in this table or kernel, one sentence each. Logged once, at the start. */
export function adviceOf(
  config: Config,
  table: readonly TableService[],
  node: IpvsSettings,
): readonly string[] {
  const names = new Set(managedBy(config).services.flatMap(({ serviceNames }) => serviceNames));
  const ours = table.filter(({ identity }) => names.has(serviceName(identity)));
  return [
    ...connectionTable(table, node),
    ...rewrittenPorts(ours),
    ...notOnLink(ours, node),
    ...udpWithoutOps(ours),
    ...sysctlAdvice(config, ours, node),
    ...removalWithoutStateDir(config),
    ...loadAfterNodeLoss(config, node),
  ];
}

function connectionTable(
  table: readonly TableService[],
  { connectionTableSize }: IpvsSettings,
): string[] {
  if (connectionTableSize === null || connectionTableSize === 0) return [];
  const servers = table.reduce((sum, { destinations }) => sum + destinations.length, 0);
  const chain = Math.round((servers * CONNECTIONS_PER_SERVER) / connectionTableSize);
  if (chain <= CHAIN_MAX) return [];
  const bits = Math.min(20, Math.ceil(Math.log2(servers * CONNECTIONS_PER_SERVER)));
  return [
    `the IPVS connection table has ${connectionTableSize} buckets for ${servers} real servers: at ` +
      `${CONNECTIONS_PER_SERVER} connections each, every packet searches ${chain} entries; set ` +
      `"options ip_vs conn_tab_bits=${bits}" in /etc/modprobe.d, where ip_vs is a module`,
  ];
}

function isMasquerading({ forwarding }: Destination): boolean {
  return forwarding === FORWARDING.masquerading;
}

function rewrittenPorts(services: readonly TableService[]): string[] {
  const wrong = services.flatMap(({ identity, destinations }) => {
    if (identity.kind === 'fwmark' || identity.port === 0) return [];
    return destinations
      .filter((each) => !isMasquerading(each) && each.port !== identity.port)
      .map((each) => `${destinationName(each)} of ${serviceName(identity)}`);
  });
  return wrong.length === 0
    ? []
    : [
        'only masquerading rewrites ports: with direct routing and tunnels, packets arrive at the ' +
          `port of the service, not at ${listed(wrong)}`,
      ];
}

function notOnLink(services: readonly TableService[], { isOnLink }: IpvsSettings): string[] {
  const addresses = new Set(
    services.flatMap(({ destinations }) =>
      destinations
        .filter(({ forwarding, address }) => forwarding === FORWARDING.direct && !isOnLink(address))
        .map(({ address }) => address),
    ),
  );
  return addresses.size === 0
    ? []
    : [
        'direct routing reaches only real servers in the same layer-2 segment, and no interface ' +
          `of this node has a subnet with ${listed([...addresses])}`,
      ];
}

function udpWithoutOps(services: readonly TableService[]): string[] {
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

function sysctlAdvice(
  { services }: Config,
  ours: readonly TableService[],
  { sysctls }: IpvsSettings,
): string[] {
  const lines: string[] = [];
  const own = services.filter(({ virtual }) => virtual !== null);
  const isPersistent = ours.some(({ flags }) => (flags & SERVICE_FLAG.PERSISTENT) !== 0);
  const isQuiescing = own.some(({ onDown }) => onDown === 'quiesce');
  if (isPersistent && isQuiescing && sysctls.get('expire_quiescent_template') === 0) {
    lines.push(
      'clients of a persistent service are still sent to a real server at weight 0: set ' +
        'sysctl net.ipv4.vs.expire_quiescent_template=1 to send them to others',
    );
  }
  const isRemoving = own.some(({ onDown }) => onDown === 'remove');
  if (isRemoving && sysctls.get('expire_nodest_conn') === 0) {
    lines.push(
      'connections to a removed real server (on_down: remove) hang until they time out: set ' +
        'sysctl net.ipv4.vs.expire_nodest_conn=1 to end them at once',
    );
  }
  if (own.length > 0 && sysctls.get('conn_reuse_mode') === 0) {
    lines.push(
      'a client that reuses a port is sent to the same real server, even at weight 0: set ' +
        'sysctl net.ipv4.vs.conn_reuse_mode=1 to schedule it again',
    );
  }
  return lines;
}

function removalWithoutStateDir({ stateDir, services }: Config): string[] {
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

function loadAfterNodeLoss({ nodes }: Config, { bitsPerS, linkBitsPerS }: IpvsSettings): string[] {
  if (nodes.length < 2 || bitsPerS === null || linkBitsPerS === null) return [];
  const percent = (100 * bitsPerS) / linkBitsPerS;
  const after = (percent * nodes.length) / (nodes.length - 1);
  return after <= LOAD_MAX_PERCENT
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
