import type { Config } from '../model/config.ts';
import { checkVerdictMs, signalVerdictMs } from '../model/first-verdict.ts';
import type { Service } from '../model/service.ts';

/** Lines before the one that counts the rest. */
const LINES_MAX = 4;

/**
 * Which signals and checks may need longer than `startup_timeout` for their first verdict, a line
 * for each signal and each service.
 */
export function firstVerdictLines(config: Config): readonly string[] {
  const { startupTimeoutMs, signals, services } = config;
  const slow = [
    ...signals.flatMap((signal) => {
      const ms = signalVerdictMs(signal);
      return ms > startupTimeoutMs ? [needs(`signal ${signal.name}`, false, ms)] : [];
    }),
    ...services.flatMap((service) => slowChecks(service, startupTimeoutMs)),
  ];
  const end = `(startup_timeout ${seconds(startupTimeoutMs)}): what a start finds announced stays until then`;
  const shown = slow.slice(0, LINES_MAX).map((line) => `${line} ${end}`);
  const more = slow.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}

/** Of a service's checks one line with the slowest: 20,000 servers mostly share one check. */
function slowChecks({ name, realServers }: Service, startupTimeoutMs: number): readonly string[] {
  let slow = 0;
  let slowestMs = 0;
  let key = '';
  for (const server of realServers) {
    const ms = checkVerdictMs(server.check);
    if (ms <= startupTimeoutMs) continue;
    slow += 1;
    slowestMs = Math.max(slowestMs, ms);
    key = server.key;
  }
  if (slow === 0) return [];
  if (slow === 1) return [needs(`real server ${key}`, false, slowestMs)];
  return [needs(`${slow} of ${realServers.length} checks of service ${name}`, true, slowestMs)];
}

function needs(what: string, isMany: boolean, ms: number): string {
  const [need, its] = isMany ? ['need', 'their'] : ['needs', 'its'];
  return ms === Infinity
    ? `${what}, without stale_after, may wait for ${its} first verdict for ever`
    : `${what} ${need} up to ${seconds(ms)} for ${its} first verdict`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
