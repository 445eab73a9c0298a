import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

/**
 * Down while the kernel's connection tracking table is nearly full: from then on
 * it drops packets of new connections. Up again only at `upBelowPct`, so that a
 * table that hovers at the limit does not flap.
 */
export default definePlugin({
  name: 'conntrack-fill',
  options: z
    .strictObject({
      dir: z.string().default('/proc/sys/net/netfilter'),
      downFromPct: z.number().min(1).max(100).default(90),
      upBelowPct: z.number().min(1).max(100).default(80),
      everyMs: z.number().min(100).default(2_000),
    })
    .refine(({ downFromPct, upBelowPct }) => upBelowPct <= downFromPct, {
      path: ['upBelowPct'],
      message: 'must not be above downFromPct',
    }),
  async *observe({ dir, downFromPct, upBelowPct, everyMs }, { sleep }) {
    let isFull = false;
    for (;;) {
      const count = await numberIn(join(dir, 'nf_conntrack_count'));
      const max = await numberIn(join(dir, 'nf_conntrack_max'));
      const filledPct = (100 * count) / max;
      isFull = isFull ? filledPct >= upBelowPct : filledPct >= downFromPct;
      const detail = `count=${count} max=${max}`;
      yield isFull
        ? down(`${filledPct.toFixed(0)}% of the connection tracking table in use`, { detail })
        : up({ detail });
      await sleep(everyMs);
    }
  },
});

/** Throws where there is no such file: without the module nf_conntrack nothing is known. */
async function numberIn(path: string): Promise<number> {
  const text = await readFile(path, 'utf8');
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`no number in ${path}`);
  return value;
}
