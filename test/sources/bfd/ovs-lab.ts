import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OvsdbSource } from '../../../src/model/config.ts';
import { connects, patienceMs, signalled, until } from './ovs-process.ts';

const run = promisify(execFile);
const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;
const schema = '/usr/share/openvswitch/vswitch.ovsschema';
/** Three times this without the processor must not look like a fall of the session. */
const defaultRxMs = 300;
let pairs = 0;

type Side = 'a' | 'b';

/** One of the two switches: its own namespace, ovsdb-server and ovs-vswitchd. */
export class OvsNode {
  readonly namespace: string;
  readonly dir: string;
  /** The interface that BFD runs on. */
  readonly device: string;
  readonly bridge: string;
  #ovsdb: ChildProcess | null = null;
  #vswitchd: ChildProcess | null = null;

  constructor(namespace: string, dir: string, side: Side) {
    this.namespace = namespace;
    this.dir = dir;
    this.device = `v${side}`;
    this.bridge = `br-${side}`;
  }

  get remote(): string {
    return `unix:${join(this.dir, 'db.sock')}`;
  }

  get database(): string {
    return join(this.dir, 'conf.db');
  }

  get pidfile(): string {
    return join(this.dir, 'ovs-vswitchd.pid');
  }

  /** As routevane's configuration has it. */
  get source(): OvsdbSource {
    return { remote: this.remote, vswitchdPidfile: this.pidfile, tls: null };
  }

  async createDatabase(): Promise<void> {
    await this.#run('ovsdb-tool', 'create', this.database, schema);
  }

  async startOvsdb(): Promise<void> {
    this.#ovsdb = await this.#spawn('ovsdb-server', [
      this.database,
      `--remote=p${this.remote}`,
      `--unixctl=${join(this.dir, 'ovsdb.ctl')}`,
      `--log-file=${join(this.dir, 'ovsdb.log')}`,
    ]);
    await until('ovsdb-server listens', async () => connects(join(this.dir, 'db.sock')));
  }

  /** Its control socket gets the default name, as on a real host. */
  async startVswitchd(): Promise<void> {
    const child = await this.#spawn('ovs-vswitchd', [
      this.remote,
      `--pidfile=${this.pidfile}`,
      `--log-file=${join(this.dir, 'vswitchd.log')}`,
      '--disable-system',
    ]);
    this.#vswitchd = child;
    const control = join(this.dir, `ovs-vswitchd.${child.pid}.ctl`);
    await until('ovs-vswitchd answers', async () => connects(control));
  }

  /** SIGSTOP, SIGCONT, or a signal that ends it, and then it is waited for. */
  async signalVswitchd(signal: NodeJS.Signals): Promise<void> {
    this.#vswitchd = await signalled(this.#vswitchd, signal);
  }

  async signalOvsdb(signal: NodeJS.Signals): Promise<void> {
    this.#ovsdb = await signalled(this.#ovsdb, signal);
  }

  async vsctl(...args: readonly string[]): Promise<string> {
    return this.#run('ovs-vsctl', `--db=${this.remote}`, ...args);
  }

  async appctl(...args: readonly string[]): Promise<string> {
    const control = join(this.dir, `ovs-vswitchd.${this.#vswitchd?.pid}.ctl`);
    return this.#run('ovs-appctl', '-t', control, ...args);
  }

  /** Until its database says so. */
  async untilForwarding(wanted: boolean): Promise<void> {
    const get = ['--if-exists', 'get', 'interface', this.device, 'bfd_status:forwarding'];
    await until(`BFD of ${this.device} is forwarding: ${wanted}`, async () =>
      (await this.vsctl(...get)).includes(String(wanted)),
    );
  }

  async ip(...args: readonly string[]): Promise<string> {
    return this.#run('ip', '-n', this.namespace, ...args);
  }

  /** Drops what the interface sends; what it receives OVS sees before any filter. */
  dropEgress(): void {
    const hook = `type filter hook egress device ${this.device} priority 0; policy drop;`;
    this.#nft(`table netdev routevane { chain egress { ${hook} }; }`);
  }

  letEgress(): void {
    this.#nft('delete table netdev routevane');
  }

  async addPort(rxMs = defaultRxMs): Promise<void> {
    const { bridge, device } = this;
    const times = ['bfd:enable=true', `bfd:min_tx=${rxMs}`, `bfd:min_rx=${rxMs}`, 'bfd:mult=3'];
    await this.vsctl(
      '--no-wait',
      'add-port',
      bridge,
      device,
      '--',
      'set',
      'interface',
      device,
      ...times,
    );
  }

  async addBridge(): Promise<void> {
    const set = ['--', 'set', 'bridge', this.bridge, 'datapath_type=netdev'];
    await this.vsctl('--no-wait', 'add-br', this.bridge, ...set);
  }

  async stop(): Promise<void> {
    await this.signalVswitchd('SIGKILL');
    await this.signalOvsdb('SIGKILL');
  }

  #nft(rules: string): void {
    const args = ['netns', 'exec', this.namespace, 'nft', '-f', '-'];
    execFileSync('ip', args, { input: rules, env: this.#env });
  }

  get #env(): NodeJS.ProcessEnv {
    const { dir } = this;
    return { ...process.env, PATH, OVS_RUNDIR: dir, OVS_LOGDIR: dir, OVS_DBDIR: dir };
  }

  async #run(command: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(command, args, { env: this.#env, timeout: patienceMs });
    return stdout;
  }

  async #spawn(command: string, args: readonly string[]): Promise<ChildProcess> {
    const common = ['--no-chdir', '-vconsole:off', '-vsyslog:off'];
    // `ip netns exec` becomes the command itself, so the child's id is its id.
    const all = ['netns', 'exec', this.namespace, command, ...args, ...common];
    const child = spawn('ip', all, { env: this.#env, stdio: 'ignore' });
    await once(child, 'spawn');
    return child;
  }

  /** What can still be done when the process exits. */
  killNow(): void {
    this.#vswitchd?.kill('SIGKILL');
    this.#ovsdb?.kill('SIGKILL');
  }
}

export interface OvsPairOptions {
  /** BFD's min_rx and min_tx on both sides; default 300: see below. */
  readonly rxMs?: number;
}

/**
 * Two real Open vSwitches with a BFD session over a veth pair, each in a network
 * namespace of its own. `close()` ends everything, and so does the end of this
 * process, whatever the reason.
 */
export class OvsPair {
  readonly a: OvsNode;
  readonly b: OvsNode;
  readonly #dir: string;
  readonly #atExit = (): void => this.#removeNow();

  private constructor(dir: string, name: string) {
    this.#dir = dir;
    this.a = new OvsNode(`${name}-a`, join(dir, 'a'), 'a');
    this.b = new OvsNode(`${name}-b`, join(dir, 'b'), 'b');
    process.once('exit', this.#atExit);
  }

  static async start({ rxMs = defaultRxMs }: OvsPairOptions = {}): Promise<OvsPair> {
    pairs += 1;
    const dir = mkdtempSync(join(tmpdir(), 'rv-ovs-'));
    const pair = new OvsPair(dir, `rv-ovs-${process.pid}-${pairs}`);
    try {
      await pair.#start(rxMs);
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  /** Until both sides say that the session is up. */
  async untilUp(): Promise<void> {
    await Promise.all([this.a, this.b].map(async (node) => node.untilForwarding(true)));
  }

  /** Deletes the devices of both sides. */
  async removeCable(): Promise<void> {
    await this.a.ip('link', 'del', this.a.device);
  }

  /** Makes the devices again, and the ports: vswitchd keeps what it had open of the old ones. */
  async newCable(rxMs = defaultRxMs): Promise<void> {
    const { a, b } = this;
    await this.#addCable();
    for (const node of [a, b]) {
      await node.vsctl('del-port', node.bridge, node.device);
      await node.addPort(rxMs);
    }
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.#atExit);
    await Promise.all([this.a.stop(), this.b.stop()]);
    this.#removeNow();
  }

  async #start(rxMs: number): Promise<void> {
    const { a, b } = this;
    for (const { namespace } of [a, b])
      await run('ip', ['netns', 'add', namespace], { env: { PATH } });
    await this.#addCable();
    await Promise.all([a, b].map(async (node) => startNode(node, rxMs)));
  }

  async #addCable(): Promise<void> {
    const { a, b } = this;
    const far = ['peer', 'name', b.device, 'netns', b.namespace];
    await a.ip('link', 'add', a.device, 'type', 'veth', ...far);
    for (const node of [a, b]) await node.ip('link', 'set', node.device, 'up');
  }

  #removeNow(): void {
    for (const node of [this.a, this.b]) {
      node.killNow();
      try {
        execFileSync('ip', ['netns', 'del', node.namespace], { stdio: 'ignore', env: { PATH } });
      } catch {
        // It was never made.
      }
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function startNode(node: OvsNode, rxMs: number): Promise<void> {
  await run('mkdir', ['-p', node.dir]);
  await node.ip('link', 'set', 'lo', 'up');
  await node.createDatabase();
  await node.startOvsdb();
  await node.vsctl('--no-wait', 'init');
  await node.addBridge();
  await node.addPort(rxMs);
  await node.startVswitchd();
}
