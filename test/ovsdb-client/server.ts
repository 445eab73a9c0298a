import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A server that does not answer within this is broken. */
const patienceMs = 60_000;
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** Debian's schema of the Open_vSwitch database. */
export const vswitchSchema = '/usr/share/openvswitch/vswitch.ovsschema';

/** Runs one of OVS's commands and resolves with its standard output. */
export async function ovs(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { env, maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

/** A real ovsdb-server in a folder of its own. `stop` and `remove` leave nothing behind. */
export class Server {
  readonly dir: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;

  constructor(dir: string, args: readonly string[]) {
    this.dir = dir;
    this.#args = args;
  }

  get socket(): string {
    return join(this.dir, 'db.sock');
  }

  get remote(): string {
    return `unix:${this.socket}`;
  }

  get database(): string {
    return join(this.dir, 'conf.db');
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('ovsdb-server does not run');
    return pid;
  }

  async start(): Promise<void> {
    const child = spawn(
      'ovsdb-server',
      [
        this.database,
        `--remote=punix:${this.socket}`,
        `--unixctl=${join(this.dir, 'ctl')}`,
        '--no-chdir',
        '-vconsole:off',
        '-vsyslog:off',
        `--log-file=${join(this.dir, 'log')}`,
        ...this.#args,
      ],
      { env, stdio: 'ignore' },
    );
    this.#child = child;
    // A test file that crashes must leave no server behind.
    process.once('exit', () => child.kill('SIGKILL'));
    await once(child, 'spawn');
    // Answers once the remotes listen.
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs) {
      try {
        await this.control('version');
        return;
      } catch {
        if (child.exitCode !== null) throw new Error('ovsdb-server exited at once');
        await sleep(20);
      }
    }
    throw new Error('ovsdb-server does not answer');
  }

  async control(...words: readonly string[]): Promise<string> {
    return ovs('ovs-appctl', '-t', join(this.dir, 'ctl'), ...words);
  }

  /** The ports of its `ptcp:0` and `pssl:0`, which it says in its log only. */
  async ports(count: number): Promise<readonly number[]> {
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs) {
      const log = await readFile(join(this.dir, 'log'), 'utf8');
      const ports = [...log.matchAll(/listening on port (?<port>\d+)\n/gu)];
      if (ports.length >= count) return ports.map((match) => Number(match[1]));
      await sleep(20);
    }
    throw new Error(`ovsdb-server tells of no ${count} ports`);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#child = null;
  }

  async stop(): Promise<void> {
    await this.kill('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export interface ServerOptions {
  readonly schema: string | object;
  readonly args?: readonly string[];
  readonly clustered?: boolean;
}

/** Creates a database and starts its server. */
export async function startServer({
  schema,
  args = [],
  clustered = false,
}: ServerOptions): Promise<Server> {
  const dir = await mkdtemp(join(tmpdir(), 'ovsdb-'));
  const server = new Server(dir, args);
  const file = typeof schema === 'string' ? schema : await schemaFile(dir, schema);
  if (clustered) {
    await ovs('ovsdb-tool', 'create-cluster', server.database, file, `unix:${join(dir, 'raft')}`);
  } else await ovs('ovsdb-tool', 'create', server.database, file);
  await server.start();
  return server;
}

/** Writes a schema where OVS's commands can read it. */
export async function schemaFile(dir: string, schema: object): Promise<string> {
  const file = join(dir, 'schema.ovsschema');
  await writeFile(file, JSON.stringify(schema));
  return file;
}
