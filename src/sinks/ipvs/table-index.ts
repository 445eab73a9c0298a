import type { Destination, TableChange, TableService } from '../../protocol/ipvs/table.ts';
import { destinationName, serviceName } from './names.ts';

interface IndexedService {
  readonly service: TableService;
  readonly destinations: Map<string, Destination>;
}

/** The table as it was read last, with the changes that succeeded since. */
export class TableIndex {
  readonly #services = new Map<string, IndexedService>();

  constructor(services: readonly TableService[]) {
    for (const service of services) {
      const destinations = new Map<string, Destination>();
      for (const each of service.destinations) destinations.set(destinationName(each), each);
      this.#services.set(serviceName(service.identity), { service, destinations });
    }
  }

  /** `null`: the table has no such service. */
  service(name: string): TableService | null {
    return this.#services.get(name)?.service ?? null;
  }

  destination(service: string, destination: string): Destination | null {
    return this.#services.get(service)?.destinations.get(destination) ?? null;
  }

  /** Makes a change that succeeded here, too. */
  changed({ kind, service, destination }: TableChange): void {
    const destinations = this.#services.get(serviceName(service))?.destinations;
    if (destinations === undefined) throw new Error('bug: a change of an unknown virtual service');
    if (kind === 'remove') destinations.delete(destinationName(destination));
    else destinations.set(destinationName(destination), destination);
  }
}
