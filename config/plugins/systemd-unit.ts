import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { definePlugin, down, up } from 'routevane/plugin';
import * as z from 'zod';

const run = promisify(execFile);

/** Up while a systemd unit is active (or reloads itself); down with what systemd says otherwise. */
export default definePlugin({
  name: 'systemd-unit',
  options: z.strictObject({
    unit: z.string().regex(/^[A-Za-z0-9@:_.\\][-A-Za-z0-9@:_.\\]*$/, 'is no name of a unit'),
    systemctl: z.string().default('/usr/bin/systemctl'),
    everyMs: z.number().min(500).default(2_000),
    timeoutMs: z.number().min(100).default(1_500),
  }),
  async *observe({ unit, systemctl, everyMs, timeoutMs }, { signal, sleep }) {
    const words = ['show', '--property=LoadState,ActiveState,SubState,Result', '--', unit];
    for (;;) {
      const { stdout } = await run(systemctl, words, { signal, timeout: timeoutMs });
      const state = propertiesOf(stdout);
      const active = state.get('ActiveState') ?? '';
      const detail = [...state].map((pair) => pair.join('=')).join(' ');
      if (active === '') throw new Error(`${systemctl} told no state of ${unit}`);
      if (state.get('LoadState') === 'not-found')
        yield down(`there is no unit ${unit}`, { detail });
      else if (active === 'active' || active === 'reloading') yield up({ detail });
      else yield down(`${unit} is ${active} (${state.get('Result') ?? 'no result'})`, { detail });
      await sleep(everyMs);
    }
  },
});

/** `Name=value`, one a line. */
function propertiesOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
