import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHelperFiles, type Helper } from './helper.ts';
import type { Namespace } from './namespace.ts';
import type { Owner } from './owner.ts';
import { program } from './parts.ts';
import { openPipes, type ExabgpPipes } from './pipes.ts';
import { until } from './until.ts';

/** One BGP session of an ExaBGP. */
export interface ExabgpPeer {
  readonly local: string;
  readonly peer: string;
  readonly localAs: number;
  readonly peerAs: number;
  readonly holdTimeS: number;
}

export interface ExabgpOptions {
  /** The helper's command line; none: ExaBGP alone, for `via: pipe`. */
  readonly helper?: readonly string[];
  /** Started again when it ends by itself (default), as ExaBGP does; or left ended. */
  readonly respawn?: boolean;
  /** Whether ExaBGP reports the UPDATEs it sends, `send { parsed; update; }`; default true. */
  readonly sendEvents?: boolean;
  /** ExaBGP's own named pipes; needed for `adjRibOut`. `true`: new ones. */
  readonly pipes?: ExabgpPipes | true;
}

/** A running ExaBGP with its helper. */
export interface Exabgp {
  readonly pid: number;
  readonly helper: Helper;
  readonly pipes: ExabgpPipes | null;
  running(): boolean;
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGUSR1' | 'SIGSTOP' | 'SIGCONT'): void;
  log(): string;
}

/** Starts ExaBGP inside `namespace`, every file in a folder of its own under `folder`. */
export function startExabgp(
  owner: Owner,
  namespace: Namespace,
  folder: string,
  peers: readonly ExabgpPeer[],
  options: ExabgpOptions,
): Exabgp {
  const home = mkdtempSync(join(folder, 'exabgp-'));
  const helper = startHelperFiles(home, options.helper ?? null, options.respawn ?? true);
  const pipes = options.pipes === true ? openPipes(owner) : (options.pipes ?? null);
  const configPath = join(home, 'exabgp.conf');
  writeFileSync(configPath, exabgpConfig(peers, helper.runPath, options.sendEvents ?? true));
  const logPath = join(home, 'exabgp.log');
  const logFile = openSync(logPath, 'a');
  const [command = '', ...args] = namespace.inside([program('exabgp'), configPath]);
  const child = spawn(command, args, {
    stdio: ['ignore', logFile, logFile],
    env: { ...process.env, ...environment(pipes?.name ?? null) },
  });
  closeSync(logFile);
  owner.own(() => child.kill('SIGKILL'));
  let running = true;
  child.on('exit', () => (running = false));
  return {
    pid: child.pid ?? 0,
    helper,
    pipes,
    running: () => running,
    kill: (signal) => void child.kill(signal),
    log: () => readFileSync(logPath, 'utf8'),
  };
}

/** Resolves when ExaBGP is gone. */
export async function ended(exabgp: Exabgp, timeoutMs: number): Promise<void> {
  await until(
    () => !exabgp.running(),
    timeoutMs,
    'ExaBGP ends',
    () => exabgp.log(),
  );
}

function environment(pipeName: string | null): Record<string, string> {
  return {
    'exabgp.daemon.user': 'root',
    'exabgp.log.destination': 'stdout',
    'exabgp.log.level': 'INFO',
    'exabgp.api.cli': pipeName === null ? 'false' : 'true',
    ...(pipeName === null ? {} : { 'exabgp.api.pipename': pipeName }),
  };
}

function exabgpConfig(
  peers: readonly ExabgpPeer[],
  runPath: string | null,
  sendEvents: boolean,
): string {
  const helper = runPath === null ? '' : `process helper { run ${runPath}; encoder json; }\n`;
  const events = sendEvents ? 'send { parsed; update; }' : '';
  const api = runPath === null ? '' : `api { processes [ helper ]; neighbor-changes; ${events} }`;
  return helper + peers.map((peer) => neighborConfig(peer, api)).join('\n');
}

function neighborConfig(peer: ExabgpPeer, api: string): string {
  const routerId = peer.local.includes(':') ? '10.99.0.1' : peer.local;
  return `
neighbor ${peer.peer} {
  router-id ${routerId}; local-address ${peer.local};
  local-as ${peer.localAs}; peer-as ${peer.peerAs}; hold-time ${peer.holdTimeS};
  family { ipv4 unicast; ipv6 unicast; }
  capability { route-refresh disable; graceful-restart disable; }
  ${api}
}`;
}
