import { BehaviorSubject } from 'rxjs';
import { onLeftovers } from '../platform/child-leftovers.ts';
import { nowMs } from '../platform/clock.ts';
import { exitProcess, watchWrites } from '../platform/exit.ts';
import { keepYoungGenerationSmall } from '../platform/memory.ts';
import { exitCode, required, type Command } from './command.ts';
import { loadConfig, problemLines } from './config-file.ts';
import { leftoversNotice } from './leftovers.ts';
import { finished, logCrashes, stopSignal } from './lifecycle.ts';
import { reloads } from './reload.ts';
import { waitUnderExabgp } from './slow-exit.ts';
import { isAtEnd } from './stdin-end.ts';
import { logging } from './logging.ts';
import { version } from './version.ts';
import type { Flow } from './flow.ts';
import type { LastReload } from '../model/last-reload.ts';

/** Files we create are for us and our group; Debian's ExaBGP would start us with 0137. */
const UMASK = 0o027;

const NOBODY_THERE =
  'stdin is at its end: ExaBGP must start this; for IPVS alone leave outputs.exabgp out';

/** `routevane run`: the daemon. */
export function run(flow: Flow): Command {
  return {
    name: 'run',
    usage: '-c FILE',
    does: "the daemon; its stdin and stdout are ExaBGP's",
    example: 'routevane run -c /etc/routevane/routevane.yaml',
    options: { config: { type: 'string', short: 'c' } },
    async run(options) {
      keepYoungGenerationSmall();
      const file = required(options, 'config', 'routevane run -c FILE');
      const result = loadConfig(file);
      const problems = result.ok ? result.later : result.problems;
      if (!result.ok || problems.length > 0) {
        process.stderr.write(problemLines(problems));
        await waitUnderExabgp();
        return exitCode.badConfig;
      }
      if (result.config.exabgp.via === 'stdio' && (await isAtEnd(process.stdin))) {
        process.stderr.write(`routevane: ${NOBODY_THERE}\n`);
        return exitCode.failure;
      }
      process.umask(UMASK);
      const { log, events } = logging(result.config.logLevel);
      log.write('info', 'started', `routevane ${version} runs ${file}`, {
        version,
        ...result.summary,
        startMs: Math.round(nowMs()),
      });
      watchWrites(() => log.isStuck());
      logCrashes(log, events.flush);
      onLeftovers((leftovers) => events.notice(leftoversNotice(leftovers)));
      for (const { path, message } of result.warnings) {
        events.notice({ level: 'warn', event: 'config_warning', message: `${path}: ${message}` });
      }
      const config$ = new BehaviorSubject(result.config);
      const reload$ = new BehaviorSubject<LastReload | null>(null);
      const ended = (last: LastReload): void => reload$.next(last);
      const reload = reloads(file, () => config$.value, events, ended).subscribe((config) => {
        config$.next(config);
      });
      await finished(flow({ config$, stop$: stopSignal(), streams: process, events, reload$ }));
      reload.unsubscribe();
      events.flush();
      log.write('info', 'stopped', 'routevane stopped');
      await log.end();
      // Sinks have drained stdout; nothing that is still open may keep us alive.
      return exitProcess(exitCode.ok);
    },
  };
}
