import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

/**
 * Down while IPVS tracks more connections than this node has memory for. The
 * table has no limit of its own: an entry takes about 300 bytes of the kernel's
 * memory, so the most that is wanted is said in the options.
 */
export default definePlugin({
  name: 'ipvs-connections',
  options: z.strictObject({
    connectionsMax: z.int().min(1),
    path: z.string().default('/proc/net/ip_vs'),
    everyMs: z.number().min(1_000).default(5_000),
  }),
  async *observe({ connectionsMax, path, everyMs }, { sleep }) {
    for (;;) {
      const connections = await connectionsIn(path);
      const detail = `connections=${connections} max=${connectionsMax}`;
      yield connections > connectionsMax
        ? down(`${connections} connections, at most ${connectionsMax} wanted`, { detail })
        : up({ detail });
      await sleep(everyMs);
    }
  },
});

/** `  -> 0A000001:01BB  Route  100  12  34`: active and inactive are the last two columns of a real server. */
const realServer = /^\s+-> \S+\s+\S+\s+\d+\s+(\d+)\s+(\d+)\s*$/;

/** The sum over all real servers: cheaper to read than the table of connections itself. */
async function connectionsIn(path: string): Promise<number> {
  let sum = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    const [, active = 0, inactive = 0] = realServer.exec(line) ?? [];
    sum += Number(active) + Number(inactive);
  }
  return sum;
}
