import type { Amount, RealServer, Service } from '../../model/service.ts';
import { DEFAULTS } from '../defaults.ts';
import {
  endpointText,
  known,
  parseEndpoint,
  parsePercent,
  parseVirtual,
  serverKey,
} from '../parse.ts';
import type { RealServerFile, ServiceFile } from '../schema.ts';
import type { CheckResolver } from './check.ts';
import { resolveRule } from './rule.ts';
import { msOr } from './settle.ts';

export function resolveService(name: string, file: ServiceFile, checks: CheckResolver): Service {
  const virtual = file.virtual === undefined ? null : known(parseVirtual(file.virtual));
  const virtualPort = virtual?.kind === 'address' ? virtual.port : null;
  return {
    name,
    virtual,
    quorum: amountOf(file.quorum),
    hysteresis: amountOf(file.hysteresis),
    validWhen: file.valid_when === undefined ? null : resolveRule(file.valid_when),
    minPooledPercent: file.min_pooled === undefined ? null : known(parsePercent(file.min_pooled)),
    slowStartMs: msOr(file.slow_start, DEFAULTS.service.slowStartMs),
    onDown: file.on_down ?? DEFAULTS.service.onDown,
    realServers: serversOf(name, file, virtualPort, checks),
  };
}

function serversOf(
  service: string,
  file: ServiceFile,
  virtualPort: number | null,
  checks: CheckResolver,
): RealServer[] {
  // Asked for once: most servers have no keys of their own.
  const shared = file.check === undefined ? null : checks.check(file.check, {});
  return file.real_servers.map((entry) => {
    const server: Exclude<RealServerFile, string> =
      typeof entry === 'string' ? { address: entry } : entry;
    const endpoint = known(parseEndpoint(server.address));
    const port = endpoint.port ?? virtualPort;
    if (port === null) throw new Error('bug: a real server without a port was resolved');
    const check =
      server.check === undefined && shared !== null
        ? shared
        : checks.check(file.check, server.check ?? {});
    return {
      key: serverKey(service, endpointText(endpoint.address, port)),
      address: endpoint.address.text,
      port,
      weight: server.weight ?? null,
      domain: server.domain ?? null,
      check,
    };
  });
}

function amountOf(file: number | string | undefined): Amount | null {
  if (file === undefined) return null;
  return typeof file === 'number'
    ? { kind: 'weight', weight: file }
    : { kind: 'percent', percent: known(parsePercent(file)) };
}
