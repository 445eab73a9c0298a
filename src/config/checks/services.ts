import type { Loose } from '../loose.ts';
import { endpointText, known, parseEndpoint, parsePercent, parseVirtual } from '../parse.ts';
import type { Path, Report } from '../problems.ts';
import type { ConfigFile, ServiceFile } from '../schema.ts';
import { checkDamping, checkLayers, checkOverrideKeys } from './checks.ts';
import type { Names } from './names.ts';
import { checkRule } from './rules.ts';

type LooseService = Loose<ServiceFile>;
type LooseServer = NonNullable<LooseService['real_servers']>[number];

/** What belongs together in the services. */
export function checkServices(file: Loose<ConfigFile>, names: Names, report: Report): void {
  const virtuals = new Map<string, string>();
  for (const [name, service] of Object.entries(file.services ?? {})) {
    if (service === undefined) continue;
    const path = ['services', name];
    checkVirtual(name, service, virtuals, report);
    checkOneCheck(file, service, path, report);
    checkServers(file, service, path, report);
    checkQuorum(file, service, path, report);
    if ('valid_when' in service) {
      checkRule(service.valid_when, [...path, 'valid_when'], names, report);
    }
  }
}

/** Two services on one virtual would take turns at its weights. */
function checkVirtual(
  name: string,
  service: LooseService,
  virtuals: Map<string, string>,
  report: Report,
): void {
  if (service.virtual === undefined) return;
  const key = JSON.stringify(known(parseVirtual(service.virtual)));
  const other = virtuals.get(key);
  if (other === undefined) virtuals.set(key, name);
  else report(['services', name, 'virtual'], `the service "${other}" has this virtual already`);
}

function checkOneCheck(
  file: Loose<ConfigFile>,
  service: LooseService,
  path: Path,
  report: Report,
): void {
  if (!('check' in service)) {
    const servers = service.real_servers ?? [];
    const haveAllType = servers.every((server) => server === undefined || typeOf(server) !== null);
    if (!haveAllType)
      report([...path, 'check'], 'missing key "check": expected a mapping such as { type: tcp }');
    return;
  }
  checkDamping(service.check?.damping, [...path, 'check', 'damping'], report);
  checkLayers(
    [
      { path: ['check_defaults'], keys: file.check_defaults },
      { path: [...path, 'check'], keys: service.check },
    ],
    report,
  );
}

function typeOf(server: NonNullable<LooseServer>): string | null {
  return typeof server === 'string' ? null : (server.check?.type ?? null);
}

function checkServers(
  file: Loose<ConfigFile>,
  service: LooseService,
  path: Path,
  report: Report,
): void {
  const virtual = service.virtual === undefined ? null : known(parseVirtual(service.virtual));
  const virtualPort = virtual?.kind === 'address' ? virtual.port : null;
  // A faulty virtual may well have had a port.
  const isPortKnown = virtualPort !== null || !('virtual' in service) || virtual !== null;
  const seen = new Map<string, number>();
  for (const [index, server] of (service.real_servers ?? []).entries()) {
    if (server === undefined) continue;
    const serverPath = [...path, 'real_servers', index];
    if (typeof server !== 'string') checkServerCheck(file, service, server, serverPath, report);
    const text = typeof server === 'string' ? server : server.address;
    if (text === undefined) continue;
    const textPath = typeof server === 'string' ? serverPath : [...serverPath, 'address'];
    const { address, port } = known(parseEndpoint(text));
    const serves = port ?? virtualPort;
    if (serves === null) {
      if (isPortKnown)
        report(textPath, 'no port here and none in a virtual: add one, such as :443');
      continue;
    }
    const key = endpointText(address, serves);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else report(textPath, `real_servers[${first}] is ${key} already: remove one`);
  }
}

function checkServerCheck(
  file: Loose<ConfigFile>,
  service: LooseService,
  server: Exclude<LooseServer, string | undefined>,
  path: Path,
  report: Report,
): void {
  if (server.check === undefined) return;
  const checkPath = [...path, 'check'];
  checkOverrideKeys(service.check, server.check, checkPath, report);
  checkDamping(server.check.damping, [...checkPath, 'damping'], report);
  checkLayers(
    [
      { path: ['check_defaults'], keys: file.check_defaults },
      { path: ['services', String(path[1]), 'check'], keys: service.check },
      { path: checkPath, keys: server.check },
    ],
    report,
  );
}

/** Where every weight is known, a quorum that all servers together miss is a slip. */
function checkQuorum(
  file: Loose<ConfigFile>,
  service: LooseService,
  path: Path,
  report: Report,
): void {
  const total = totalWeight(file, service);
  if (total === null || total === 0) return;
  const quorum = 'quorum' in service ? weightOf(service.quorum, total) : 1;
  const hysteresis = 'hysteresis' in service ? weightOf(service.hysteresis, total) : 0;
  if (quorum === null || hysteresis === null || quorum + hysteresis <= total) return;
  const sum = hysteresis === 0 ? `${quorum}` : `${quorum} + hysteresis ${hysteresis}`;
  const key = 'quorum' in service ? 'quorum' : 'hysteresis';
  report([...path, key], `a quorum of ${sum} can never be met: all weights together are ${total}`);
}

/** The sum of all weights; `null` where IPVS decides, or a weight is faulty. */
export function totalWeight(file: Loose<ConfigFile>, service: LooseService): number | null {
  const hasIpvs = 'ipvs' in (file.outputs ?? {}) && file.outputs?.ipvs?.via !== 'off';
  if (service.real_servers === undefined) return null;
  let total = 0;
  for (const server of service.real_servers) {
    if (server === undefined) return null;
    const isSet = typeof server !== 'string' && 'weight' in server;
    const weight = isSet ? server.weight : hasIpvs ? undefined : 1;
    if (weight === undefined) return null;
    total += weight;
  }
  return total;
}

function weightOf(amount: number | string | undefined, total: number): number | null {
  if (typeof amount !== 'string') return amount ?? null;
  return (known(parsePercent(amount)) * total) / 100;
}
