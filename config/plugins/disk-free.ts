import { statfs } from 'node:fs/promises';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

const percent = z.number().min(0).max(100);

/** Down while a file system has too little room, or too few inodes, left for its users. */
export default definePlugin({
  name: 'disk-free',
  options: z.strictObject({
    path: z.string().default('/'),
    freeMinPct: percent.default(5),
    inodesFreeMinPct: percent.default(2),
    everyMs: z.number().min(100).default(10_000),
  }),
  async *observe({ path, freeMinPct, inodesFreeMinPct, everyMs }, { sleep }) {
    for (;;) {
      const { blocks, bavail, files, ffree } = await statfs(path);
      const freePct = percentOf(bavail, blocks);
      const inodesFreePct = percentOf(ffree, files);
      const detail = `free=${freePct.toFixed(1)}% inodes_free=${inodesFreePct.toFixed(1)}%`;
      if (freePct < freeMinPct) yield down(`${freePct.toFixed(1)}% of ${path} free`, { detail });
      else if (inodesFreePct < inodesFreeMinPct) {
        yield down(`${inodesFreePct.toFixed(1)}% of the inodes of ${path} free`, { detail });
      } else yield up({ detail });
      await sleep(everyMs);
    }
  },
});

/** Some file systems count no inodes: none of them are missing. */
function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole;
}
