import { isDeepStrictEqual } from 'node:util';
import { EMPTY, fromEvent, of, type Observable } from 'rxjs';
import { mergeMap } from 'rxjs/operators';
import { formatProblem } from '../config/problems.ts';
import type { Config } from '../model/config.ts';
import type { LastReload } from '../model/last-reload.ts';
import { loadConfig } from './config-file.ts';
import type { Teller } from './tell.ts';

/**
 * The configurations that SIGHUP brings. A bad file is refused with all its
 * problems, and the one in force stays: nothing is emitted for it.
 */
export function reloads(
  file: string,
  current: () => Config,
  teller: Teller,
  ended: (reload: LastReload) => void,
): Observable<Config> {
  let acceptedAtMs: number | null = null;
  return fromEvent(process, 'SIGHUP').pipe(
    mergeMap(() => {
      const refusals = refuse(file, current());
      const [reason = ''] = Array.isArray(refusals) ? refusals : [];
      const isAccepted = reason === '';
      const atMs = Date.now();
      if (isAccepted) acceptedAtMs = atMs;
      ended({ isAccepted, reason, atMs, acceptedAtMs });
      if (!Array.isArray(refusals)) {
        teller.notice({
          level: 'info',
          event: 'config_reloaded',
          message: `the configuration ${file} is active`,
        });
        return of(refusals);
      }
      for (const message of refusals) {
        teller.notice({ level: 'error', event: 'config_refused', message });
      }
      return EMPTY;
    }),
  );
}

/** The new configuration, or why the old one stays in force. */
function refuse(file: string, old: Config): Config | string[] {
  const result = loadConfig(file);
  if (!result.ok) return result.problems.map(formatProblem);
  if (result.later.length > 0) return result.later.map(formatProblem);
  const fixed = ['node', 'stateDir', 'logLevel', 'exabgp', 'ipvs'] as const;
  const changed = fixed.filter((key) => !isDeepStrictEqual(old[key], result.config[key]));
  return changed.length === 0
    ? result.config
    : changed.map((key) => `${file}: ${nameInFile[key]} changed: that needs a restart`);
}

const nameInFile = {
  node: 'node',
  stateDir: 'state_dir',
  logLevel: 'log.level',
  exabgp: 'outputs.exabgp',
  ipvs: 'outputs.ipvs',
} as const;
