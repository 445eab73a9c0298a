import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

/**
 * Down while the load average of a minute, per core, is too high; as a feedback
 * the weight falls in proportion between `fullBelow` and `downFrom`.
 */
export default definePlugin({
  name: 'load-per-core',
  options: z
    .strictObject({
      fullBelow: z.number().min(0).default(1),
      downFrom: z.number().positive().default(4),
      cores: z.int().min(1).default(availableParallelism()),
      path: z.string().default('/proc/loadavg'),
      everyMs: z.number().min(100).default(5_000),
    })
    .refine(({ fullBelow, downFrom }) => fullBelow < downFrom, {
      path: ['fullBelow'],
      message: 'must be below downFrom',
    }),
  async *observe({ fullBelow, downFrom, cores, path, everyMs }, { sleep }) {
    for (;;) {
      const load = loadIn(await readFile(path, 'utf8')) / cores;
      const detail = `load_per_core=${load.toFixed(2)}`;
      const spare = (downFrom - load) / (downFrom - fullBelow);
      const weightPercent = Math.max(1, Math.min(100, Math.round(100 * spare)));
      yield load >= downFrom
        ? down(`load ${load.toFixed(2)} per core`, { detail })
        : up({ weightPercent, detail });
      await sleep(everyMs);
    }
  },
});

/** The first of proc(5)'s three averages. */
function loadIn(text: string): number {
  const load = Number.parseFloat(text);
  if (!Number.isFinite(load)) throw new Error(`no load average: ${text.slice(0, 40)}`);
  return load;
}
