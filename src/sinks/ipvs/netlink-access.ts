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
import { TableError, type TableAccess } from './table-access.ts';
import { resultOf } from './errno.ts';
import { broken, NetlinkClient, type OpenSocket } from './netlink-client.ts';

/** Changes in one netlink message: fewer need more system calls, more are no faster. */
const BATCH_CHANGES = 128;
/** Destinations read in one turn of the event loop: some milliseconds. */
const DESTINATIONS_PER_TURN = 1000;

/**
 * The table through generic netlink, in-process. Each system call is synchronous and takes a
 * fraction of a millisecond; between larger parts the event loop takes a turn. The first call
 * opens the socket, and the first one after a failure opens it again.
 */
export function netlinkAccess(
  open: OpenSocket = openGenericNetlink,
): TableAccess & { info(): Promise<IpvsInfo> } {
  let client: NetlinkClient | null = null;
  let isClosed = false;

  const current = (): NetlinkClient => {
    if (isClosed) throw new TableError('failed', 'the connection to the IPVS table is closed');
    client ??= new NetlinkClient(open);
    return client;
  };
  const drop = (): void => {
    client?.close();
    client = null;
  };
  /** Closes the socket after a failure: late replies would stay in it. */
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

async function dump(current: () => NetlinkClient): Promise<readonly TableService[]> {
  const services: TableService[] = [];
  current().ask(servicesRequest(current().family), (attributes) => {
    const service = parseService(attributes);
    if (service === null) throw broken('an entry of a service is malformed');
    if (service !== 'other') services.push(service);
  });
  const whole: TableService[] = [];
  let sinceTurn = 0;
  for (const service of services) {
    const destinations = destinationsOf(current(), service);
    whole.push({ ...service, destinations });
    sinceTurn += 1 + destinations.length;
    if (sinceTurn < DESTINATIONS_PER_TURN) continue;
    sinceTurn = 0;
    await nextTurn();
  }
  return whole;
}

function destinationsOf(client: NetlinkClient, { identity }: TableService): readonly Destination[] {
  const encoded = destinationsRequest(client.family, identity);
  if (!encoded.ok) throw broken(encoded.reason);
  const family = identity.kind === 'fwmark' ? identity.family : familyOf(identity.address);
  const destinations: Destination[] = [];
  client.ask(encoded.request, (attributes) => {
    const destination = parseDestination(attributes, family);
    if (destination === null) throw broken('an entry of a real server is malformed');
    destinations.push(destination);
  });
  return destinations;
}

async function apply(
  current: () => NetlinkClient,
  changes: readonly TableChange[],
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = changes.map(() => ({ ok: true }));
  for (let start = 0; start < changes.length; start += BATCH_CHANGES) {
    if (start > 0) await nextTurn();
    const client = current();
    const requests: Request[] = [];
    /** The index in `results` of each request. */
    const indexes: number[] = [];
    for (const [index, change] of changes.slice(start, start + BATCH_CHANGES).entries()) {
      const encoded = changeRequest(client.family, change);
      if (encoded.ok) {
        requests.push(encoded.request);
        indexes.push(start + index);
      } else {
        results[start + index] = { ok: false, code: 'refused', reason: encoded.reason };
      }
    }
    if (requests.length === 0) continue;
    for (const [index, errno] of client.change(requests).entries()) {
      const at = indexes[index];
      if (at === undefined) throw new Error('bug: a reply without its request');
      results[at] = resultOf(errno);
    }
  }
  return results;
}

async function info(current: () => NetlinkClient): Promise<IpvsInfo> {
  const found: { info: IpvsInfo | null } = { info: null };
  current().ask(infoRequest(current().family), (attributes) => {
    found.info = parseInfo(attributes);
  });
  if (found.info === null) throw broken('the reply lacks the size of the connection table');
  return found.info;
}

/** Lets the event loop take a turn. */
async function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
