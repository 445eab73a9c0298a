import type { Destination, TableChange, TableService } from '../../protocol/ipvs/table.ts';
import type { TableAccess } from './access.ts';
import { loggedChange } from './logged-change.ts';
import { destinationName, placeName, serviceName } from './names.ts';

/**
 * A table that is read and not written: each change is said as ipvsadm's line, and
 * from then on the table looks as if it had been made, so that it is said once.
 */
export function dryRun(access: TableAccess, say: (line: string) => void): TableAccess {
  const pretended = new Map<string, TableChange>();
  return {
    via: access.via,
    dump: async () => (await access.dump()).map((service) => overlaid(service, pretended)),
    apply: (changes) => {
      for (const change of changes) {
        const { service, destination } = change;
        pretended.set(placeName(serviceName(service), destinationName(destination)), change);
        say(loggedChange(change));
      }
      return Promise.resolve(changes.map(() => ({ ok: true })));
    },
    ...(access.info === undefined ? {} : { info: access.info }),
    close: () => access.close(),
  };
}

function overlaid(
  service: TableService,
  pretended: ReadonlyMap<string, TableChange>,
): TableService {
  const name = serviceName(service.identity);
  const kept = service.destinations.flatMap((found): Destination[] => {
    const change = pretended.get(placeName(name, destinationName(found)));
    if (change?.kind === 'remove') return [];
    return [change === undefined ? found : { ...found, weight: change.destination.weight }];
  });
  return { ...service, destinations: kept };
}
