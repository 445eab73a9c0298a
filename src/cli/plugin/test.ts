import { resolve as resolvePath } from 'node:path';
import { parseDuration, parseEndpoint } from '../../config/parse.ts';
import { nowMs } from '../../platform/clock.ts';
import type { CheckedResult, PluginEvent, PluginSpec } from '../../sources/plugin/messages.ts';
import { printable } from '../../protocol/printable.ts';
import { Watchdog } from '../../sources/plugin/watchdog.ts';
import { startWorker } from '../../sources/plugin/worker-thread.ts';
import { exitCode, UsageError, type Options } from '../command.ts';

const DEFAULT_FOR = '10s';

/** Runs a plugin as the daemon would, once; resolves to 1 where the daemon would call it lost. */
export async function testPlugin(module: string, options: Options): Promise<number> {
  const spec = specOf(module, options);
  const forMs = durationOf(options['for'] ?? DEFAULT_FOR);
  const startMs = nowMs();
  const line = (text: string): string =>
    `${((nowMs() - startMs) / 1000).toFixed(3).padStart(9)} s  ${text}\n`;
  let seen = 0;
  // Loading does not count.
  let timer: NodeJS.Timeout | undefined;
  let hasStarted = false;
  return new Promise((resolve) => {
    const take = (event: PluginEvent): void => {
      switch (event.kind) {
        case 'started':
          hasStarted = true;
          process.stderr.write(line(`started: ${event.name}`));
          timer = setTimeout(end, forMs);
          return;
        case 'result':
          seen += 1;
          process.stdout.write(line(sightText(event.result)));
          return;
        case 'discarded':
          process.stderr.write(line(`dropped: ${event.count} observations that came too fast`));
          return;
        case 'logged':
          process.stderr.write(line(`${event.level}: ${event.message}${fieldsText(event)}`));
          return;
        case 'failed':
          clearTimeout(timer);
          process.stderr.write(
            line(
              hasStarted
                ? `lost: ${event.reason}; the daemon would start it again`
                : `does not start: ${event.reason}`,
            ),
          );
          resolve(exitCode.failure);
          return;
        default:
          event satisfies never;
      }
    };
    const close = startWorker(spec, take, { watchdog: new Watchdog() });
    function end(): void {
      close();
      if (seen === 0)
        process.stderr.write(line('warning: the plugin yielded no observation in this time'));
      resolve(exitCode.ok);
    }
  });
}

function sightText({ state, reason, weightPercent, detail }: CheckedResult): string {
  const weight = weightPercent === undefined ? '' : `, weight ${weightPercent}%`;
  return `${state}${reason === '' ? '' : `: ${reason}`}${weight}${detail === undefined ? '' : ` (${detail})`}`;
}

function fieldsText({ fields }: Extract<PluginEvent, { kind: 'logged' }>): string {
  return fields === undefined ? '' : ` ${printable(JSON.stringify(fields), Infinity)}`;
}

function specOf(module: string, { options, server }: Options): PluginSpec {
  const isPath = /^\.{0,2}\//.test(module);
  const run = {
    module: isPath ? resolvePath(module) : module,
    folder: process.cwd(),
    options: typeof options === 'string' ? jsonOf(options) : undefined,
    isolate: 'worker',
    staleAfterMs: null,
  } as const;
  if (typeof server !== 'string') return { key: 'test', run, address: null, port: null };
  const endpoint = parseEndpoint(server);
  if (!endpoint.ok) throw new UsageError(`plugin: --server: ${endpoint.message}`);
  return { key: 'test', run, address: endpoint.value.address.text, port: endpoint.value.port };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`plugin: --options is not JSON: ${String(error)}`);
  }
}

function durationOf(text: unknown): number {
  const parsed = parseDuration(String(text));
  if (!parsed.ok) throw new UsageError(`plugin: --for: ${parsed.message}`);
  return parsed.value;
}
