import type { Report } from './problems.ts';
import type { ConfigFile } from './schema/file.ts';

type Service = NonNullable<ConfigFile['services']>[string];

/**
 * `quorum` counts weight. Where it is as small as a number of servers and weights are larger, one
 * server meets it alone, and whoever wrote it meant servers.
 */
export function reportQuorums({ services, outputs }: ConfigFile, report: Report): void {
  const hasIpvs = outputs?.ipvs !== undefined && outputs.ipvs.via !== 'off';
  for (const [name, service] of Object.entries(services ?? {})) {
    const { quorum, real_servers: servers } = service;
    if (typeof quorum !== 'number' || quorum < 2 || quorum > servers.length) continue;
    const met = metByOne(service, quorum, hasIpvs && service.virtual !== undefined);
    if (met === null) continue;
    const percent = Math.floor((100 * quorum) / servers.length);
    const message = `quorum ${quorum} counts weight, not servers: ${met} meets it alone; for ${quorum} of ${servers.length} equal servers write ${percent}%`;
    report(['services', name, 'quorum'], message);
  }
}

/** The server that is enough by itself; `null`: none. */
function metByOne(
  { real_servers: servers }: Service,
  quorum: number,
  isFromIpvs: boolean,
): string | null {
  const weights = servers.map((server) => (typeof server === 'string' ? undefined : server.weight));
  const most = Math.max(...weights.map((weight) => weight ?? 1));
  if (most >= quorum) return `one server of weight ${most}`;
  // The usual weight in such a table is 100, and at times 1.
  const isOpen = isFromIpvs && weights.includes(undefined);
  return isOpen ? `one server with a weight of ${quorum} or more in the IPVS table` : null;
}
