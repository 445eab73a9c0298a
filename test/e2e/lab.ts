import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { birdAs, startBird, type Bird, type BirdSession } from './bird.ts';
import { startExabgp, type Exabgp, type ExabgpOptions, type ExabgpPeer } from './exabgp.ts';
import { makeNamespace, type Namespace } from './namespace.ts';
import { Owner } from './owner.ts';
import { needRoot } from './parts.ts';
import { openPipes, type ExabgpPipes } from './pipes.ts';
import { startServers, type Servers } from './servers.ts';
import { until, type Answer } from './until.ts';

export interface LabOptions {
  /** Load-balancer nodes, each in a namespace of its own beside BIRD's; default 1. */
  readonly nodes?: number;
  readonly holdTimeS?: number;
}

/** One load-balancer node: a namespace with a link to BIRD. */
export interface LabNode {
  readonly namespace: Namespace;
  /** BIRD's name of the session over IPv4, `lb1`; the one over IPv6 is `lb1v6`. */
  readonly session: string;
  readonly address: string;
  readonly address6: string;
  /** Starts ExaBGP and resolves when its session over IPv4 (or `over`) is Established. */
  exabgp(options: ExabgpOptions & { readonly over?: 'ipv4' | 'ipv6' }): Promise<Exabgp>;
  /** Kills this node's ExaBGPs and resolves when BIRD has forgotten them. */
  reset(): Promise<void>;
  /** Starts a process of real servers inside. */
  servers(): Promise<Servers>;
  /** Makes named pipes that one ExaBGP after another may use. */
  pipes(): ExabgpPipes;
}

/** BIRD in the middle, nodes around it. Everything is gone after `close`. */
export interface Lab {
  readonly folder: string;
  readonly bird: Bird;
  readonly nodes: readonly [LabNode, ...LabNode[]];
  /** Resolves with the first answer that is not `false`; a failure shows logs and BIRD's routes. */
  until<T>(
    condition: () => Answer<T> | Promise<Answer<T>>,
    timeoutMs: number,
    what: string,
  ): Promise<T>;
  close(): void;
}

const shownLogChars = 3000;

/** Makes namespaces, links and BIRD; a failure half way leaves nothing behind. */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  needRoot();
  const owner = new Owner();
  try {
    const folder = mkdtempSync(join(tmpdir(), 'routevane-e2e-'));
    // What was killed a moment ago may still be writing its last file.
    owner.own(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const router = makeNamespace(owner);
    const links = Array.from({ length: options.nodes ?? 1 }, (_, index) =>
      link(owner, router, index + 1),
    );
    const holdTimeS = options.holdTimeS ?? 9;
    const bird = await startBird(
      owner,
      router,
      folder,
      links.flatMap((each) => sessions(each, holdTimeS)),
    );
    const started: Exabgp[] = [];
    const context = { owner, folder, bird, holdTimeS, started };
    const [first, ...others] = links.map((each) => toNode(each, context));
    if (first === undefined) throw new Error('a lab has at least one node');
    return {
      folder,
      bird,
      nodes: [first, ...others],
      until: (condition, timeoutMs, what) =>
        until(condition, timeoutMs, what, () => describeLab(bird, started)),
      close: () => owner.close(),
    };
  } catch (error) {
    owner.close();
    throw error;
  }
}

interface Link {
  readonly name: string;
  readonly namespace: Namespace;
  readonly as: number;
  /** Ours and BIRD's end, over IPv4 and IPv6. */
  readonly ends: readonly { readonly local: string; readonly peer: string }[];
}

interface Context {
  readonly owner: Owner;
  readonly folder: string;
  readonly bird: Bird;
  readonly holdTimeS: number;
  readonly started: Exabgp[];
}

function link(owner: Owner, router: Namespace, number: number): Link {
  const name = `lb${number}`;
  const namespace = makeNamespace(owner);
  const net4 = `10.99.${number}`;
  const net6 = `2001:db8:99:${number}`;
  router.ip([`link add ${name} type veth peer name uplink netns ${namespace.name}`]);
  // Duplicate address detection would keep the IPv6 addresses back for a second.
  const ends = [
    [router, name, 2],
    [namespace, 'uplink', 1],
  ] as const;
  for (const [side, device, host] of ends) {
    side.ip([
      `address add ${net4}.${host}/24 dev ${device}`,
      `address add ${net6}::${host}/64 dev ${device} nodad`,
      `link set ${device} up`,
    ]);
  }
  return {
    name,
    namespace,
    // The same AS for all nodes, or BIRD would not compare their MEDs.
    as: 65_001,
    ends: [
      { local: `${net4}.1`, peer: `${net4}.2` },
      { local: `${net6}::1`, peer: `${net6}::2` },
    ],
  };
}

function sessions(of: Link, holdTimeS: number): BirdSession[] {
  return of.ends.map(({ local, peer }, index) => ({
    name: index === 0 ? of.name : `${of.name}v6`,
    local: peer,
    neighbor: local,
    neighborAs: of.as,
    holdTimeS,
  }));
}

function toNode(of: Link, context: Context): LabNode {
  const { owner, folder, bird, holdTimeS, started } = context;
  const mine: Exabgp[] = [];
  const explain = (): Promise<string> => describeLab(bird, mine);
  const peers = of.ends.map((end): ExabgpPeer => ({
    ...end,
    localAs: of.as,
    peerAs: birdAs,
    holdTimeS,
  }));
  return {
    namespace: of.namespace,
    session: of.name,
    address: of.ends[0]?.local ?? '',
    address6: of.ends[1]?.local ?? '',
    servers: () => startServers(owner, of.namespace),
    pipes: () => openPipes(owner),
    exabgp: async ({ over = 'ipv4', ...options }) => {
      const session = over === 'ipv4' ? of.name : `${of.name}v6`;
      const chosen = peers.filter((peer) => peer.local.includes(':') === (over === 'ipv6'));
      const exabgp = startExabgp(owner, of.namespace, folder, chosen, options);
      mine.push(exabgp);
      started.push(exabgp);
      const up = async (): Promise<boolean> => (await bird.established()).includes(session);
      await until(up, 30_000, `${session} is Established`, explain);
      return exabgp;
    },
    reset: async () => {
      for (const exabgp of mine.splice(0)) {
        exabgp.kill('SIGKILL');
        started.splice(started.indexOf(exabgp), 1);
        exabgp.helper.killIfRunning();
      }
      const names = [of.name, `${of.name}v6`];
      // A restart by hand also ends the pause BIRD makes after an error.
      for (const name of names) await bird.ask(`restart ${name}`);
      const gone = async (): Promise<boolean> =>
        (await bird.routes()).every((route) => !names.includes(route.protocol));
      await until(gone, 30_000, `BIRD forgot the routes of ${of.name}`, explain);
    },
  };
}

async function describeLab(bird: Bird, started: readonly Exabgp[]): Promise<string> {
  const routes = await bird.routes().catch((error: unknown) => String(error));
  const logs = started.flatMap((exabgp) => [
    `--- ExaBGP ${exabgp.pid}`,
    exabgp.log().slice(-shownLogChars),
    `--- its helper: starts ${exabgp.helper.pids().length}, exits ${exabgp.helper.exits().join(' ')}`,
    exabgp.helper.log().slice(-shownLogChars),
  ]);
  const shown = typeof routes === 'string' ? routes : JSON.stringify(routes.slice(0, 20));
  return [`--- BIRD's routes: ${shown}`, ...logs].join('\n');
}
