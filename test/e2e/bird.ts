import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openControl, type BirdControl } from './bird-control.ts';
import {
  parseCount,
  parseCounters,
  parseRoutes,
  type BirdCounters,
  type BirdRoute,
} from './bird-text.ts';
import type { Namespace } from './namespace.ts';
import type { Owner } from './owner.ts';
import { program } from './parts.ts';
import { until } from './until.ts';

/** The router under whose eyes the tests run. */
export interface Bird {
  /** Every path of both tables, best or not. */
  routes(): Promise<readonly BirdRoute[]>;
  /** How many paths there are: cheap, where `routes` prints a megabyte. */
  count(): Promise<number>;
  /** Sessions that are Established, by name. */
  established(): Promise<readonly string[]>;
  /** UPDATEs received over `session` since it came up. */
  counters(session: string): Promise<BirdCounters>;
  /** Any command of `birdc`. */
  ask(command: string): Promise<readonly string[]>;
  log(): string;
}

/** A BGP session BIRD waits for: `lb1` over IPv4 and `lb1v6` over IPv6. */
export interface BirdSession {
  readonly name: string;
  readonly local: string;
  readonly neighbor: string;
  readonly neighborAs: number;
  readonly holdTimeS: number;
}

export const birdAs = 65002;

/** Starts BIRD in `namespace`; it listens and never connects, so that ExaBGP sets the pace. */
export async function startBird(
  owner: Owner,
  namespace: Namespace,
  folder: string,
  sessions: readonly BirdSession[],
): Promise<Bird> {
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('bird.conf'), birdConfig(path('bird.log'), sessions));
  const argv = [program('bird'), '-f', '-c', path('bird.conf'), '-s', path('bird.ctl')];
  const [command = '', ...args] = namespace.inside(argv);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  owner.own(() => child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));

  const open = async (): Promise<BirdControl | false> => {
    try {
      return await openControl(path('bird.ctl'));
    } catch {
      return false;
    }
  };
  const control = await until(open, 30_000, 'BIRD listens on its socket', () => complaint);
  owner.own(() => control.close());
  return {
    ask: (text) => control.ask(text),
    routes: async () => parseRoutes(await control.ask('show route all')),
    count: async () => parseCount(await control.ask('show route count')),
    counters: async (session) => parseCounters(await control.ask(`show protocols all ${session}`)),
    established: async () =>
      (await control.ask('show protocols'))
        .filter((line) => line.includes('Established'))
        .map((line) => line.split(/\s+/)[0] ?? ''),
    log: () => readFileSync(path('bird.log'), 'utf8'),
  };
}

/**
 * The receiver's policy: GRACEFUL_SHUTDOWN lowers the preference (RFC 8326), and only
 * host routes of the documentation prefixes are believed.
 */
function birdConfig(log: string, sessions: readonly BirdSession[]): string {
  return `
log "${log}" all;
router id 10.99.0.2;
timeformat protocol iso short ms;
protocol device { }
filter from_lb {
  if (65535,0) ~ bgp_community then bgp_local_pref = 0;
  if (net.type = NET_IP4 && net ~ [ 198.51.100.0/24{32,32}, 10.64.0.0/10{32,32} ]) ||
     (net.type = NET_IP6 && net ~ [ 2001:db8:1::/48{128,128} ]) then accept;
  reject;
}
${sessions.map(sessionConfig).join('\n')}
`;
}

function sessionConfig(session: BirdSession): string {
  return `
protocol bgp ${session.name} {
  local ${session.local} as ${birdAs};
  neighbor ${session.neighbor} as ${session.neighborAs};
  hold time ${session.holdTimeS};
  passive on; error wait time 1, 1; error forget time 1;
  ipv4 { import filter from_lb; export none; };
  ipv6 { import filter from_lb; export none; };
}`;
}
