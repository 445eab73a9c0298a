import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespace.ts';
import type { Owner } from './owner.ts';

/** One server: TCP that accepts, or UDP that reads. */
export interface ServerSpec {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** What it says, in latin1; left out: it reads and is silent. */
  readonly reply?: string;
  /** TCP only: says `reply` at once instead of after the first bytes. */
  readonly greets?: boolean;
}

/** A line to the child process that holds the servers. */
export interface ServerCommand {
  readonly open: readonly ServerSpec[];
  readonly close: readonly ServerSpec[];
}

/** A process of real servers. */
export interface Servers {
  readonly pid: number;
  /** Resolves when all of them listen. */
  open(...specs: readonly ServerSpec[]): Promise<void>;
  /** Resolves when none of them listens any more; their connections are reset. */
  close(...specs: readonly ServerSpec[]): Promise<void>;
  /** Both in one go, for many. */
  change(command: ServerCommand): Promise<void>;
  /** SIGSTOP: the kernel goes on accepting, nobody answers. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL: all of them die in the same instant. */
  kill(): void;
}

const child = fileURLToPath(new URL('servers-child.ts', import.meta.url));

/** `10.0.0.1:80` or `[2001:db8::1]:80` as a TCP server. */
export function tcp(target: string, more: Partial<ServerSpec> = {}): ServerSpec {
  return { protocol: 'tcp', ...endpoint(target), ...more };
}

/** The same as a UDP server. */
export function udp(target: string, more: Partial<ServerSpec> = {}): ServerSpec {
  return { protocol: 'udp', ...endpoint(target), ...more };
}

/** Starts the process, inside `namespace` or (null) on this host. It dies with its owner. */
export async function startServers(owner: Owner, namespace: Namespace | null): Promise<Servers> {
  const argv = [process.execPath, '--import', 'tsx', child];
  const [command = '', ...args] = namespace === null ? argv : namespace.inside(argv);
  const process_ = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  owner.own(() => process_.kill('SIGKILL'));
  process_.stdin.on('error', () => {});
  const answers = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();

  const change = async (request: ServerCommand): Promise<void> => {
    process_.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new Error('the process of servers is gone');
    const problems: string[] = JSON.parse(answer.value);
    if (problems.length > 0) throw new Error(problems.join('; '));
  };
  await change({ open: [], close: [] });
  return {
    pid: process_.pid ?? 0,
    change,
    open: (...specs) => change({ open: specs, close: [] }),
    close: (...specs) => change({ open: [], close: specs }),
    freeze: () => void process_.kill('SIGSTOP'),
    thaw: () => void process_.kill('SIGCONT'),
    kill: () => void process_.kill('SIGKILL'),
  };
}

function endpoint(target: string): { address: string; port: number } {
  const match = /^\[?(.+?)\]?:(\d+)$/.exec(target);
  if (match === null) throw new Error(`not an address:port: ${target}`);
  return { address: match[1] ?? '', port: Number(match[2]) };
}
