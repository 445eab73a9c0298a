import type { Path, Report } from './problems.ts';
import type { ConfigFile } from './schema/file.ts';
import type { ServiceFile } from './schema/services.ts';

/** Parts that are checked like all others and not brought to life in this version. */
export function reportLater(file: ConfigFile, report: Report): void {
  const later = (path: Path, what: string): void =>
    report(path, `${what} not in this version`, 'key');
  for (const [name, signal] of Object.entries(file.signals ?? {})) {
    if (signal.type === 'link' || signal.type === 'bfd' || signal.type === 'plugin') continue;
    later(['signals', name, 'type'], `signals of type ${signal.type} are`);
  }
  for (const [name, service] of Object.entries(file.services ?? {})) {
    serviceLater(service, ['services', name], later);
  }
  outputsLater(file.outputs ?? {}, later);
}

type Later = (path: Path, what: string) => void;

function serviceLater(service: ServiceFile, path: Path, later: Later): void {
  checkLater(service.check?.type, [...path, 'check', 'type'], later);
  for (const [index, server] of service.real_servers.entries()) {
    if (typeof server === 'string') continue;
    checkLater(server.check?.type, [...path, 'real_servers', index, 'check', 'type'], later);
  }
}

function checkLater(type: string | undefined, path: Path, later: Later): void {
  if (type === undefined || type === 'tcp' || type === 'udp' || type === 'plugin') return;
  later(path, `checks of type ${type} are`);
}

function outputsLater(outputs: NonNullable<ConfigFile['outputs']>, later: Later): void {
  const { exabgp, agent, track_files: trackFiles } = outputs;
  if (exabgp?.lease !== undefined) later(['outputs', 'exabgp', 'lease'], 'the lease of routes is');
  if (agent !== undefined) later(['outputs', 'agent'], 'the output agent is');
  if (trackFiles !== undefined) later(['outputs', 'track_files'], 'the output track_files is');
}
