import { openGenericNetlink } from '../../platform/genetlink.ts';
import type { Request } from '../../protocol/genetlink.ts';
import { familyOf } from '../../protocol/ipvs/address.ts';
import {
  parseDestination,
  parseInfo,
  parseService,
  type IpvsInfo,
} from '../../protocol/ipvs/replies.ts';
import {
  changeRequest,
  destinationsRequest,
  infoRequest,
  servicesRequest,
} from '../../protocol/ipvs/requests.ts';
import type {
  ChangeResult,
  Destination,
  TableChange,
  TableService,
} from '../../protocol/ipvs/table.ts';
import { TableError, type TableAccess } from './access.ts';
import { resultOf } from './errno.ts';
import { broken, Exchange, type OpenSocket } from './exchange.ts';

/** Changes in one message to the kernel: fewer cost more calls, more bring nothing. */
const BATCH_CHANGES = 128;
/** Destinations that are read without a break: some milliseconds. */
const UNBROKEN_DESTINATIONS = 1000;

/**
 * The table through generic netlink, in-process. Each call to the kernel takes a
 * fraction of a millisecond and is synchronous; between larger parts the event loop
 * gets its turn. The socket is opened by the first call, and anew after a failure.
 */
export function netlinkAccess(
  open: OpenSocket = openGenericNetlink,
): TableAccess & { info(): Promise<IpvsInfo> } {
  let exchange: Exchange | null = null;
  let isClosed = false;

  const current = (): Exchange => {
    if (isClosed) throw new TableError('failed', 'the connection to the IPVS table is closed');
    exchange ??= new Exchange(open);
    return exchange;
  };
  const drop = (): void => {
    exchange?.close();
    exchange = null;
  };
  /** Gives up the socket where the way failed: late answers would wait in it for ever. */
  const asking = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      drop();
      throw error;
    }
  };

  return {
    via: 'netlink',
    dump: async () => asking(dump(current)),
    apply: async (changes) => asking(apply(current, changes)),
    info: async () => asking(info(current)),
    close: () => {
      isClosed = true;
      drop();
    },
  };
}

async function dump(current: () => Exchange): Promise<readonly TableService[]> {
  const services: TableService[] = [];
  current().ask(servicesRequest(current().family), (attributes) => {
    const service = parseService(attributes);
    if (service === null) throw broken('an entry of a service is malformed');
    if (service !== 'other') services.push(service);
  });
  const whole: TableService[] = [];
  let unbroken = 0;
  for (const service of services) {
    const destinations = destinationsOf(current(), service);
    whole.push({ ...service, destinations });
    unbroken += 1 + destinations.length;
    if (unbroken < UNBROKEN_DESTINATIONS) continue;
    unbroken = 0;
    await turn();
  }
  return whole;
}

function destinationsOf(exchange: Exchange, { identity }: TableService): readonly Destination[] {
  const encoded = destinationsRequest(exchange.family, identity);
  if (!encoded.ok) throw broken(encoded.reason);
  const family = identity.kind === 'fwmark' ? identity.family : familyOf(identity.address);
  const destinations: Destination[] = [];
  exchange.ask(encoded.request, (attributes) => {
    const destination = parseDestination(attributes, family);
    if (destination === null) throw broken('an entry of a real server is malformed');
    destinations.push(destination);
  });
  return destinations;
}

async function apply(
  current: () => Exchange,
  changes: readonly TableChange[],
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = changes.map(() => ({ ok: true }));
  for (let start = 0; start < changes.length; start += BATCH_CHANGES) {
    if (start > 0) await turn();
    const exchange = current();
    const requests: Request[] = [];
    const places: number[] = [];
    for (const [index, change] of changes.slice(start, start + BATCH_CHANGES).entries()) {
      const encoded = changeRequest(exchange.family, change);
      if (encoded.ok) {
        requests.push(encoded.request);
        places.push(start + index);
      } else {
        results[start + index] = { ok: false, code: 'refused', reason: encoded.reason };
      }
    }
    if (requests.length === 0) continue;
    for (const [index, errno] of exchange.change(requests).entries()) {
      const place = places[index];
      if (place !== undefined) results[place] = resultOf(errno);
    }
  }
  return results;
}

async function info(current: () => Exchange): Promise<IpvsInfo> {
  const found: { info: IpvsInfo | null } = { info: null };
  current().ask(infoRequest(current().family), (attributes) => {
    found.info = parseInfo(attributes);
  });
  if (found.info === null) throw broken('the reply lacks the size of the connection table');
  return found.info;
}

/** Lets the event loop do what waits. */
async function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
