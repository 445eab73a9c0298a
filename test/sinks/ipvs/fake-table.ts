import type { TableAccess } from '../../../src/sinks/ipvs/table-access.ts';
import { destinationName, serviceName } from '../../../src/sinks/ipvs/names.ts';
import type {
  ChangeResult,
  Destination,
  ServiceIdentity,
  TableChange,
  TableService,
} from '../../../src/protocol/ipvs/table.ts';

/** An IPVS table in memory: replies as the kernel does, and can be made to fail. */
export class FakeTable implements TableAccess {
  via: TableAccess['via'] = 'netlink';
  readonly services = new Map<string, TableService>();
  readonly batches: (readonly TableChange[])[] = [];
  dumps = 0;
  closed = 0;
  /** Thrown by the next reads, while set. */
  dumpError: Error | null = null;
  /** Thrown by the next writes, while set. */
  applyError: Error | null = null;
  /** The answer to each change, where the kernel would say otherwise. */
  refuse: (change: TableChange) => ChangeResult | null = () => null;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();

  add(service: TableService): void {
    this.services.set(serviceName(service.identity), service);
  }

  server(service: string, server: string): Destination | undefined {
    return this.services
      .get(service)
      ?.destinations.find((each) => destinationName(each) === server);
  }

  weight(service: string, server: string): number | undefined {
    return this.server(service, server)?.weight;
  }

  /** What somebody else does. */
  edit(service: string, server: string, edit: Partial<Destination> | null): void {
    const found = this.services.get(service);
    if (found === undefined) throw new Error(`no service ${service}`);
    const destinations = found.destinations.flatMap((each) => {
      if (destinationName(each) !== server) return [each];
      return edit === null ? [] : [{ ...each, ...edit }];
    });
    this.services.set(service, { ...found, destinations });
  }

  dump(): Promise<readonly TableService[]> {
    this.dumps += 1;
    if (this.dumpError !== null) return Promise.reject(this.dumpError);
    return Promise.resolve([...this.services.values()]);
  }

  async apply(changes: readonly TableChange[]): Promise<readonly ChangeResult[]> {
    if (this.applyError !== null) throw this.applyError;
    this.batches.push(changes);
    const results = changes.map((change) => this.refuse(change) ?? this.#apply(change));
    await this.gate;
    return results;
  }

  close(): void {
    this.closed += 1;
  }

  #apply({ kind, service, destination }: TableChange): ChangeResult {
    const found = this.services.get(serviceName(service));
    const name = destinationName(destination);
    if (found === undefined) return { ok: false, code: 'missing', reason: 'no such service' };
    const isThere = found.destinations.some((each) => destinationName(each) === name);
    if (kind === 'add') {
      if (isThere) return { ok: false, code: 'exists', reason: 'it is there already' };
      const destinations = [...found.destinations, destination];
      this.services.set(serviceName(service), { ...found, destinations });
      return { ok: true };
    }
    if (!isThere) return { ok: false, code: 'missing', reason: 'no such server' };
    this.edit(serviceName(service), name, kind === 'remove' ? null : destination);
    return { ok: true };
  }
}

export function realServer(address: string, port: number, weight: number): Destination {
  return {
    address,
    port,
    weight,
    forwarding: 3,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 0, port: 0, flags: 0 },
    activeConnections: 0,
    inactiveConnections: 0,
  };
}

export function tableService(
  identity: ServiceIdentity,
  destinations: readonly Destination[],
): TableService {
  return { identity, scheduler: 'wrr', flags: 0, persistenceTimeoutS: 0, destinations };
}
