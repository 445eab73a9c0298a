import type { Destination, TableChange, TableService } from '../../protocol/ipvs/table.ts';
import type { TableAccess } from './table-access.ts';
import { ipvsadmCommand } from './ipvsadm-command.ts';
import { destinationName, entryName, serviceName } from './names.ts';

/**
 * A table that is read and not written: each change is logged as an ipvsadm command, and from then
 * on the table looks as if the change had been made, so that it is logged once.
 */
export function dryRun(access: TableAccess, log: (line: string) => void): TableAccess {
  const simulated = new Map<string, TableChange>();
  return {
    via: access.via,
    dump: async () => (await access.dump()).map((service) => withChanges(service, simulated)),
    apply: (changes) => {
      for (const change of changes) {
        const { service, destination } = change;
        simulated.set(entryName(serviceName(service), destinationName(destination)), change);
        log(ipvsadmCommand(change));
      }
      return Promise.resolve(changes.map(() => ({ ok: true })));
    },
    ...(access.info === undefined ? {} : { info: access.info }),
    close: () => access.close(),
  };
}

function withChanges(
  service: TableService,
  simulated: ReadonlyMap<string, TableChange>,
): TableService {
  const name = serviceName(service.identity);
  const kept = service.destinations.flatMap((found): Destination[] => {
    const change = simulated.get(entryName(name, destinationName(found)));
    if (change?.kind === 'remove') return [];
    return [change === undefined ? found : { ...found, weight: change.destination.weight }];
  });
  return { ...service, destinations: kept };
}
