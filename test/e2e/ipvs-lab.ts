import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSaved } from '../../src/protocol/ipvs/ipvsadm-save.ts';
import { destinationName, serviceName } from '../../src/sinks/ipvs/names.ts';
import { routevaneCommand } from './routevane.ts';
import type { ServerCommand, ServerSpec } from './servers.ts';
import { ipvsKernel, type IpvsKernel, type Running } from './uml/kernel.ts';
import { until } from './until.ts';

/** One CPU, slow memory, and a busy machine around it. */
const TIMEOUT_MS = 60_000;

/**
 * A load balancer with IPVS, real servers behind it, a client before it:
 *
 * Servers answer every probe with its own ICMP message: they send one a second otherwise.
 *
 *   client 10.8.0.2 -- 10.8.0.1 lb 10.9.0.1 -- 10.9.0.2 servers (all of 10.10.0.0/16, fd10::/64)
 */
const network = `
ip netns add servers; ip netns add client
ip link add rs0 type veth peer name eth0 netns servers
ip link add cl0 type veth peer name eth0 netns client
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=0
for dev in rs0 cl0; do sysctl -qw net.ipv6.conf.$dev.accept_dad=0; done
ip address add 10.9.0.1/30 dev rs0; ip address add fd09::1/64 dev rs0 nodad; ip link set rs0 up
ip address add 10.8.0.1/30 dev cl0; ip link set cl0 up
ip netns exec servers sysctl -qw net.ipv6.ip_nonlocal_bind=1 net.ipv4.icmp_ratelimit=0
ip -n servers link set lo up; ip -n client link set lo up
ip -n servers address add 10.9.0.2/30 dev eth0; ip -n servers address add fd09::2/64 dev eth0 nodad
ip -n servers link set eth0 up
ip -n servers route add local 10.10.0.0/16 dev lo; ip -n servers route add local fd10::/64 dev lo
ip -n servers route add default via 10.9.0.1; ip -n servers route add default via fd09::1
ip -n client address add 10.8.0.2/30 dev eth0; ip -n client link set eth0 up
ip -n client route add default via 10.8.0.1
ip route add 10.10.0.0/16 via 10.9.0.2; ip route add fd10::/64 via fd09::2
ip address add 192.0.2.10/32 dev lo; ip address add 2001:db8::10/128 dev lo nodad
`;

/** Boots the kernel and builds the network. Everything ends with `scope`. */
export async function ipvsLab(scope: Parameters<typeof ipvsKernel>[0]): Promise<IpvsLab> {
  const kernel = await ipvsKernel(scope);
  await kernel.must(['sh', '-ec', network]);
  const argv = await kernel.node('test/e2e/servers-child.ts');
  const servers = kernel.start(['ip', 'netns', 'exec', 'servers', ...argv]);
  return new IpvsLab(kernel, servers);
}

export class IpvsLab {
  readonly kernel: IpvsKernel;
  readonly #servers: Running;
  #open: readonly ServerSpec[] = [];
  #answers = 0;

  constructor(kernel: IpvsKernel, servers: Running) {
    this.kernel = kernel;
    this.#servers = servers;
  }

  /** From now on these real servers listen, and no others; resolves when it is so. */
  async serve(specs: readonly ServerSpec[]): Promise<void> {
    const command: ServerCommand = {
      open: specs.filter((spec) => !this.#open.includes(spec)),
      close: this.#open.filter((spec) => !specs.includes(spec)),
    };
    this.#open = specs;
    this.#servers.write(`${JSON.stringify(command)}\n`);
    this.#answers += 1;
    const [, answer] = await this.#servers.seen(
      'stdout',
      new RegExp(`^(?:.*\n){${this.#answers - 1}}(.*)\n`, 'u'),
    );
    if (answer !== '[]') throw new Error(`the servers say ${answer}`);
  }

  /** Restores lines of `ipvsadm -Sn` over an empty table. */
  async table(...lines: readonly string[]): Promise<void> {
    await this.kernel.must(['ipvsadm', '-C']);
    await this.kernel.must(['ipvsadm', '-R'], { input: `${lines.join('\n')}\n` });
  }

  async ipvsadm(...words: readonly string[]): Promise<void> {
    await this.kernel.must(['ipvsadm', ...words]);
  }

  saved(): Promise<string> {
    return this.kernel.must(['ipvsadm', '-Sn']);
  }

  /** Weights of all real servers, as `tcp 192.0.2.10:80 -> 10.10.0.1:80`. */
  async weights(): Promise<Map<string, number>> {
    const { services } = parseSaved(await this.saved());
    return new Map(
      services.flatMap(({ identity, destinations }) =>
        destinations.map((each): [string, number] => [
          `${serviceName(identity)} -> ${destinationName(each)}`,
          each.weight,
        ]),
      ),
    );
  }

  /** Resolves with the weights once they are as wanted. */
  async untilWeights(
    isWanted: (weights: ReadonlyMap<string, number>) => boolean,
    what: string,
    daemon?: Running,
  ): Promise<Map<string, number>> {
    let last = new Map<string, number>();
    return until(
      async () => {
        last = await this.weights();
        return isWanted(last) ? last : false;
      },
      TIMEOUT_MS,
      what,
      () => `${weightsText(last)}\n${daemon === undefined ? '' : logText(daemon)}`,
    );
  }

  /** A routevane in there, with this configuration; nobody answers it as ExaBGP would. */
  routevane(yaml: string, name = 'routevane'): Running {
    const file = join(this.kernel.dir, `${name}.yaml`);
    writeFileSync(file, `node: lb-a\n${yaml}`);
    return this.kernel.start(routevaneCommand('run', '-c', file));
  }
}

/** How many have each weight, and which. */
function weightsText(weights: ReadonlyMap<string, number>): string {
  const byWeight = new Map<number, [string, number][]>();
  for (const each of weights) byWeight.set(each[1], [...(byWeight.get(each[1]) ?? []), each]);
  return [...byWeight]
    .map(([weight, all]) => `${all.length} at ${weight}: ${all.map(([name]) => name).join(', ')}`)
    .map((line) => line.slice(0, 30_000))
    .join('\n');
}

/** What is no matter of course, and the end. */
function logText({ stderr }: Running): string {
  const notable = stderr.split('\n').filter((line) => /"level":"(?:warn|error)"/u.test(line));
  return `${notable.slice(-50).join('\n')}\n…\n${stderr.slice(-6000)}`;
}

type Log = readonly Readonly<Record<string, unknown>>[];

/** Resolves when the table is adopted and the service is up: neither waits for the other. */
export async function ready(daemon: Running): Promise<void> {
  await daemon.seen('stderr', /"sink_state".*connected/u);
  await daemon.seen('stderr', /"web is up: /u);
}

/** Ends it in order; resolves with its whole log, which comes after the work it reports. */
export async function stop(daemon: Running): Promise<Log> {
  daemon.kill('SIGTERM');
  return endedLog(daemon);
}

/** Its log, once it ended by itself. */
export async function endedLog(daemon: Running): Promise<Log> {
  await daemon.ended;
  const lines = daemon.stderr.split('\n').slice(0, -1);
  return lines.map((line): Log[number] => JSON.parse(line));
}
