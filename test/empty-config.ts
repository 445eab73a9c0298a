import type { Config } from '../src/model/config.ts';

/** What an empty file means. Tests spread what they need over it. */
export const emptyConfig: Config = {
  node: 'lb-a',
  nodes: ['lb-a'],
  startupTimeoutMs: 10_000,
  stateDir: null,
  logLevel: 'info',
  maxWithdraw: null,
  ifplugdDir: null,
  ovsdb: { remote: 'unix:/db.sock', vswitchdPidfile: null, tls: null },
  signals: [],
  services: [],
  routes: [],
  exabgp: { via: 'off' },
  ipvs: { via: 'off' },
  agent: null,
  trackFilesDir: null,
  admin: { socket: null, group: null, listen: null, tokenFile: null },
};
