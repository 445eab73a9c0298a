import type { Check } from './check.ts';
import type { Config } from './config.ts';

/** Clients of each listener of the admin interface at most: short requests and streams. */
export const ADMIN_CLIENTS_MAX = 128;
/** Clients that the listener for HAProxy's agent-checks takes at most. */
export const AGENT_CLIENTS_MAX = 256;
/** Children that run at once. */
export const CHILDREN_MAX = 32;

/**
 * The process itself with netlink, ExaBGP's pipes, the journal and a BFD session: 31 were counted;
 * and some for the thread and the files of a reload and of what is kept.
 */
const OWN = 40;
/** What is opened for a moment: the configuration, a state file, a child's start. */
const SPARE = 16;
/** The two outputs of a child; one that keeps running has a stdin as well. */
const CHILD = 2;
const RUNNING_CHILD = 3;
/** The loop and the channels of a plugin's thread, and a socket or file of its own. */
const PLUGIN_THREAD = 8;
/** Fewer probes at once than this would be too slow to be of use. */
const IN_FLIGHT_MIN = 8;

/** File descriptors that a configuration may come to hold at once. */
export interface DescriptorNeed {
  /** Admin, agent, children and plugins: they are served first. */
  readonly fixed: number;
  /** Sockets of UDP checks, which stay open between their probes. */
  readonly udp: number;
  /** Every other check's probe in flight. */
  readonly inFlight: number;
  /** Checks with `mode: hold`. */
  readonly sentinels: number;
}

/** What probes and sentinels may take of a limit. */
export interface DescriptorBudget {
  readonly inFlight: number;
  readonly sentinels: number;
  /** Else each probe of a UDP check opens a socket of its own, as a probe in flight. */
  readonly keepsUdp: boolean;
}

/** Descriptors of one probe in flight, where no socket stays open between probes. */
export function probeDescriptors({ type }: Check): number {
  switch (type) {
    // Children are counted apart, and a plugin's server is not probed by us.
    case 'exec':
    case 'plugin':
      return 0;
    // An answer that was cut is asked for again over TCP.
    case 'dns':
      return 2;
    case 'tcp':
    case 'udp':
    case 'http':
    case 'https':
    case 'agent':
    case 'grpc':
      return 1;
    default:
      return type satisfies never;
  }
}

export function descriptorNeed(config: Config): DescriptorNeed {
  const checks = config.services.flatMap(({ realServers }) =>
    realServers.map(({ check }) => check),
  );
  const probed = checks.filter(({ type }) => type !== 'udp');
  return {
    fixed: listeners(config) + children(config, checks) + plugins(config, checks),
    udp: checks.length - probed.length,
    inFlight: probed.reduce((sum, check) => sum + probeDescriptors(check), 0),
    sentinels: checks.filter((check) => check.type === 'tcp' && check.mode === 'hold').length,
  };
}

/** All that a configuration may come to hold; `held`: what the process has at its start. */
export function neededDescriptors(need: DescriptorNeed, held = 0): number {
  const { fixed, udp, inFlight, sentinels } = need;
  return Math.max(held, OWN) + SPARE + fixed + udp + inFlight + sentinels;
}

/**
 * Shares out what a limit leaves. Where it is not enough for everything, probes have half of it at
 * least, and sentinels, which only make a failure known sooner, what is left.
 */
export function descriptorBudget(
  need: DescriptorNeed,
  limit: number,
  held: number,
): DescriptorBudget {
  const left = Math.max(0, limit - Math.max(held, OWN) - SPARE - need.fixed);
  const keepsUdp = need.udp <= Math.max(left / 2, left - need.inFlight - need.sentinels);
  const rest = keepsUdp ? left - need.udp : left;
  const wanted = keepsUdp ? need.inFlight : need.inFlight + need.udp;
  const share = Math.max(IN_FLIGHT_MIN, rest - need.sentinels, Math.floor(rest / 2));
  const inFlight = Math.min(wanted, share);
  const sentinels = Math.max(0, Math.min(need.sentinels, rest - inFlight));
  return { inFlight: Math.max(inFlight, IN_FLIGHT_MIN), sentinels, keepsUdp };
}

/** A round limit that is enough. */
export function limitFor(needed: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(needed)));
}

function listeners({ admin, agent }: Config): number {
  const admins = [admin.socket, admin.listen].filter((one) => one !== null).length;
  const listener = agent === null ? 0 : 1 + AGENT_CLIENTS_MAX;
  return admins * (1 + ADMIN_CLIENTS_MAX) + listener;
}

function children({ signals }: Config, checks: readonly Check[]): number {
  const started = [...signals, ...checks].filter(({ type }) => type === 'exec').length;
  const running = signals.filter(({ type }) => type === 'execd').length;
  return Math.min(started, CHILDREN_MAX) * CHILD + running * RUNNING_CHILD;
}

function plugins({ signals }: Config, checks: readonly Check[]): number {
  const runs = [...signals, ...checks].filter((watched) => watched.type === 'plugin');
  return runs.reduce(
    (sum, { plugin }) => sum + (plugin.isolate === 'worker' ? PLUGIN_THREAD : 1),
    0,
  );
}
