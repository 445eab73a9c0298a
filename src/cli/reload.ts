import { isDeepStrictEqual } from 'node:util';
import { EMPTY, fromEvent, of, type Observable } from 'rxjs';
import { concatMap, mergeMap } from 'rxjs/operators';
import { formatProblem } from '../config/problems.ts';
import type { ConfigResult } from '../config/read.ts';
import type { Config } from '../model/config.ts';
import type { LastReload } from '../model/last-reload.ts';
import { knowHash } from '../platform/hash.ts';
import { inSlices } from '../platform/slices.ts';
import { loadInThread } from './load-in-thread.ts';
import { reuse } from './reuse.ts';
import type { EventLogger } from './event-logger.ts';

/**
 * Emits the new configuration after each SIGHUP. A bad file is refused with all its
 * problems logged, and the old configuration stays in force.
 */
export function reloads(
  file: string,
  current: () => Config,
  events: EventLogger,
  ended: (reload: LastReload) => void,
): Observable<Config> {
  let acceptedAtMs: number | null = null;
  return fromEvent(process, 'SIGHUP').pipe(
    // One at a time and in order, so that the last request wins.
    concatMap(async () => read(file, current)),
    mergeMap((refusals) => {
      const [reason = ''] = Array.isArray(refusals) ? refusals : [];
      const isAccepted = reason === '';
      const atMs = Date.now();
      if (isAccepted) acceptedAtMs = atMs;
      ended({ isAccepted, reason, atMs, acceptedAtMs });
      if (!Array.isArray(refusals)) {
        events.notice({
          level: 'info',
          event: 'config_reloaded',
          message: `the configuration ${file} is active`,
        });
        return of(refusals);
      }
      for (const message of refusals) {
        events.notice({ level: 'error', event: 'config_refused', message });
      }
      return EMPTY;
    }),
  );
}

/** The new configuration, or why the old one stays in force. */
async function read(file: string, current: () => Config): Promise<Config | string[]> {
  const { result, hash } = await loadInThread(file);
  const refused = refuse(file, result, current());
  if (!result.ok || refused.length > 0) return refused;
  const config = await inSlices(reuse(current(), result.config));
  knowHash(config, hash);
  return config;
}

function refuse(file: string, result: ConfigResult, old: Config): string[] {
  if (!result.ok) return result.problems.map(formatProblem);
  if (result.later.length > 0) return result.later.map(formatProblem);
  const fixed = ['node', 'stateDir', 'logLevel', 'exabgp', 'ipvs'] as const;
  const changed = fixed.filter((key) => !isDeepStrictEqual(old[key], result.config[key]));
  return changed.map((key) => `${file}: ${nameInFile[key]} changed: that needs a restart`);
}

const nameInFile = {
  node: 'node',
  stateDir: 'state_dir',
  logLevel: 'log.level',
  exabgp: 'outputs.exabgp',
  ipvs: 'outputs.ipvs',
} as const;
