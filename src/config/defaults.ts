/** What applies where the file leaves a key out: `resolve` uses it, and the schema documents it. */
export const DEFAULTS = {
  startupTimeoutMs: 10_000,
  logLevel: 'info',
  ovsdb: {
    /** Where Debian's Open vSwitch has them. */
    remote: 'unix:/var/run/openvswitch/db.sock',
    vswitchdPidfile: '/var/run/openvswitch/ovs-vswitchd.pid',
  },
  /** Of a signal of each type that is polled. */
  signalIntervalMs: { exec: 10_000, execd: 5_000 },
  trigger: 'poll',
  isolate: 'worker',
  settle: { downdelayMs: 0, lostHoldMs: 10_000, onLost: 'down' },
  damping: { halfLifeMs: 30_000, suppress: 3, reuse: 1 },
  check: {
    intervalMs: 1_000,
    fastIntervalMinMs: 50,
    sweep: true,
    tcpMode: 'connect',
    expect: 'none',
    /** Above the second that Linux leaves between two ICMP errors to one asker. */
    icmpIntervalMs: 1_100,
    httpPath: '/',
    status: '200-399',
    verify: true,
    record: 'A',
    rcode: 'NOERROR',
    answer: 'record',
  },
  service: { slowStartMs: 0, onDown: 'quiesce' },
  route: { nextHop: 'self', onStop: 'withdraw', drainMs: 5_000, degradeWithdraw: false },
  exabgp: { ackTimeoutMs: 2_000, window: 64 },
  ipvs: { via: 'netlink', dryRun: false },
} as const;

/** How results of one kind of signal become health. */
export interface SettleDefaults {
  readonly rise: number;
  readonly fall: number;
  readonly updelayMs: number;
}

const once = { rise: 1, fall: 1, updelayMs: 0 };

/** Something polled can miss once; a link, a session or a plugin reports each change once. */
export const SETTLE_DEFAULTS = {
  polled: { rise: 2, fall: 3, updelayMs: 0 },
  pushed: once,
  link: { ...once, updelayMs: 1_000 },
  bfd: { ...once, updelayMs: 3_000 },
} as const satisfies Readonly<Record<string, SettleDefaults>>;
