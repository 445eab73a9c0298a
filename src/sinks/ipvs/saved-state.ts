import type { Destination, ServiceIdentity } from '../../protocol/ipvs/table.ts';
import type { RemovedServer } from './plan.ts';
import { entryMapping, SavedEntries } from './saved-entries.ts';

/** The limit of IPVS: the table may hold larger weights than the configuration allows. */
const WEIGHT_MAX = 2 ** 31 - 1;
const NUMBER_MAX = 2 ** 32 - 1;
const ADDRESS = /^[0-9a-f:.]{2,45}$/u;

/** What one process saves in the state directory for the next. */
export interface SavedState {
  /** Weights that stand for 100 %. */
  readonly baseWeights: SavedEntries<number>;
  /** Real servers that routevane removed, as they were. */
  readonly removedServers: SavedEntries<RemovedServer>;
}

/** @param stateDir `null`: nothing is saved. */
export function savedState(stateDir: string | null, failed: (message: string) => void): SavedState {
  return {
    baseWeights: new SavedEntries(
      stateDir,
      { name: 'base-weights.json', property: 'weights' },
      (value) => number(value, 1, WEIGHT_MAX),
      failed,
    ),
    removedServers: new SavedEntries(
      stateDir,
      { name: 'removed-servers.json', property: 'removed' },
      removedServer,
      failed,
    ),
  };
}

function removedServer(value: unknown): RemovedServer {
  const { service, destination } = entryMapping(value);
  return { service: identity(service), destination: server(destination) };
}

function identity(value: unknown): ServiceIdentity {
  const { kind, mark, family, protocol, address: at, port } = entryMapping(value);
  if (kind === 'fwmark') {
    if (family !== 4 && family !== 6) throw new Error('a family is neither 4 nor 6');
    return { kind, mark: number(mark, 1, NUMBER_MAX), family };
  }
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
    throw new Error('a protocol is invalid');
  }
  return { kind: 'address', protocol, address: address(at), port: number(port, 0, 65_535) };
}

function server(value: unknown): Destination {
  const each = entryMapping(value);
  const tunnel = entryMapping(each['tunnel']);
  return {
    address: address(each['address']),
    port: number(each['port'], 0, 65_535),
    forwarding: number(each['forwarding'], 0, NUMBER_MAX),
    weight: number(each['weight'], 0, WEIGHT_MAX),
    upperThreshold: number(each['upperThreshold'], 0, NUMBER_MAX),
    lowerThreshold: number(each['lowerThreshold'], 0, NUMBER_MAX),
    tunnel: {
      type: number(tunnel['type'], 0, 255),
      port: number(tunnel['port'], 0, 65_535),
      flags: number(tunnel['flags'], 0, 65_535),
    },
    activeConnections: 0,
    inactiveConnections: 0,
  };
}

function number(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new Error(`a number from ${min} to ${max} is missing`);
  }
  return value;
}

function address(value: unknown): string {
  if (typeof value !== 'string' || !ADDRESS.test(value)) throw new Error('an address is missing');
  return value;
}
