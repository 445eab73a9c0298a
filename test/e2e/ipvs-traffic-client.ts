import type { IpvsLab } from './ipvs-lab.ts';

/** A connection that asks all the while. */
export interface Held {
  /** Who answered last. */
  readonly server: string;
  readonly isBroken: boolean;
  /** Since it was looked at. */
  readonly isAnswered: boolean;
}

/** The client before the load balancer: all it does goes to 192.0.2.10:80. */
export interface TrafficClient {
  /** Opens so many more connections, and waits for the first answer on each. */
  hold(count: number): Promise<void>;
  /** Of all that are held, in the order in which they were opened. */
  report(): Promise<readonly Held[]>;
  /** Makes so many requests, one after another; resolves with why those were lost that were. */
  lostOf(count: number): Promise<readonly string[]>;
  /** Closes all that are held. */
  release(): Promise<void>;
}

/** Starts the client in its namespace; it ends with the kernel. */
export async function trafficClient(lab: IpvsLab): Promise<TrafficClient> {
  const argv = await lab.kernel.node('test/e2e/ipvs-client-child.ts');
  const child = lab.kernel.start(['ip', 'netns', 'exec', 'client', ...argv]);
  let orders = 0;
  const order = async <T>(what: string, count = 0): Promise<T> => {
    child.write(`${JSON.stringify({ do: what, host: '192.0.2.10', port: 80, count })}\n`);
    orders += 1;
    const pattern = new RegExp(`^(?:.*\n){${orders - 1}}(.*)\n`, 'u');
    const [, answer = ''] = await child.seen('stdout', pattern);
    const parsed: T = JSON.parse(answer);
    return parsed;
  };
  return {
    hold: async (count) => void (await order('hold', count)),
    report: async () => order('report'),
    lostOf: async (count) => order('request', count),
    release: async () => void (await order('release')),
  };
}
