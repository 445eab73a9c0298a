import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './dashboard-node.ts';
import type { Owner } from './owner.ts';
import { startRoutevane, type Routevane } from './routevane.ts';

/** A real server in a process of its own, as small as one can be: it takes connections and keeps them. */
const serverProgram = `
  $| = 1;
  my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 64, ReuseAddr => 1) or die;
  print "up";
  while (my $client = $server->accept) { push @kept, $client }
`;

export interface LiveServer {
  readonly address: string;
  /** As `kill -9` does it; resolves with the wall-clock time at which the signal was sent. */
  readonly kill: () => number;
  /** Starts again on its port. */
  readonly start: () => Promise<void>;
}

/** The daemon as people run it, with real servers that can be killed. */
export interface LiveNode {
  readonly url: string;
  readonly servers: readonly LiveServer[];
  readonly routevane: Routevane;
  readonly journal: string;
  /** The same again, after its end. */
  readonly restart: () => Promise<Routevane>;
}

/** One service of `count` real servers on loopback, each checked as `check` says. */
export async function liveNode(owner: Owner, count: number, check: string): Promise<LiveNode> {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-dashboard-'));
  owner.own(() => rmSync(folder, { recursive: true, force: true }));
  const servers: LiveServer[] = [];
  for (let at = 0; at < count; at += 1) {
    const server = liveServer(owner, await freePort());
    await server.start();
    servers.push(server);
  }
  const port = await freePort();
  const file = join(folder, 'node.yaml');
  writeFileSync(
    file,
    `node: lb-live
state_dir: ${folder}/state
services:
  web: { check: ${check}, real_servers: [${servers.map(({ address }) => `"${address}"`).join(', ')}] }
routes:
  - { prefix: 192.0.2.10/32, when: web, next_hop: 192.0.2.1, med: 100 }
outputs: { exabgp: { via: stdio, ack_timeout: 100ms } }
admin: { listen: "127.0.0.1:${port}" }
`,
  );
  const start = async (): Promise<Routevane> => {
    const fresh = startRoutevane(owner, null, 'run', '-c', file);
    await fresh.until(() => fresh.stdout().includes('announce'), 'the route is announced');
    return fresh;
  };
  const journal = join(folder, 'state/journal.jsonl');
  const url = `http://127.0.0.1:${port}/`;
  return { url, servers, routevane: await start(), journal, restart: start };
}

function liveServer(owner: Owner, port: number): LiveServer {
  let child: ChildProcess | null = null;
  owner.own(() => child?.kill('SIGKILL'));
  return {
    address: `127.0.0.1:${port}`,
    kill: () => {
      const atMs = Date.now();
      child?.kill('SIGKILL');
      return atMs;
    },
    start: async () => {
      const args = ['-MIO::Socket::INET', '-e', serverProgram, String(port)];
      const fresh = spawn('perl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      child = fresh;
      await once(fresh.stdout, 'data');
    },
  };
}
