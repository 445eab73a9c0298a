import { eachAttribute, numberAttribute, numberIn, textIn } from '../genetlink.ts';
import { addressText } from './address.ts';
import { AF, ATTRIBUTE, DEST, INFO, PROTOCOL, SERVICE, SERVICE_FLAG } from './numbers.ts';
import type { Destination, ServiceIdentity, TableService } from './table.ts';

/** What IPVS tells of itself. */
export interface IpvsInfo {
  /** Such as `1.2.1`. */
  readonly version: string;
  /** Rows of the table of connections (CONFIG_IP_VS_TAB_BITS). */
  readonly connTabSize: number;
}

/**
 * A service out of a dump, still without its destinations. `other`: of a kind that we
 * do not know, and so have nothing to do with; `null`: damaged.
 */
export function parseService(attributes: Uint8Array): TableService | 'other' | null {
  const found: ServiceParts = {};
  const intact = eachNested(attributes, ATTRIBUTE.SERVICE, (type, value) => {
    const read = serviceReaders[type];
    if (read !== undefined) read(found, value);
  });
  if (!intact) return null;
  const identity = identityOf(found);
  if (identity === null) return 'other';
  const flags = (found.flags ?? 0) & ~SERVICE_FLAG.HASHED;
  return {
    identity,
    scheduler: found.scheduler ?? '',
    flags,
    // The kernel keeps the last time-out of a service that is no longer persistent.
    persistenceTimeoutS: (flags & SERVICE_FLAG.PERSISTENT) === 0 ? 0 : (found.timeoutS ?? 0),
    destinations: [],
  };
}

interface ServiceParts {
  family?: 4 | 6 | null;
  protocol?: 'tcp' | 'udp' | 'sctp' | null;
  address?: Uint8Array;
  port?: number | null;
  mark?: number | null;
  scheduler?: string;
  flags?: number | null;
  timeoutS?: number | null;
}

type Reader<Parts> = (parts: Parts, value: Uint8Array) => void;

/** By attribute; what is not here does not matter to us. */
const serviceReaders: Readonly<Record<number, Reader<ServiceParts>>> = {
  [SERVICE.AF]: (parts, value) => (parts.family = familyIn(value)),
  [SERVICE.PROTOCOL]: (parts, value) => (parts.protocol = protocolIn(value)),
  [SERVICE.ADDR]: (parts, value) => (parts.address = value),
  [SERVICE.PORT]: (parts, value) => (parts.port = portIn(value)),
  [SERVICE.FWMARK]: (parts, value) => (parts.mark = numberIn(value)),
  [SERVICE.SCHED_NAME]: (parts, value) => (parts.scheduler = textIn(value)),
  // A mask follows the flags.
  [SERVICE.FLAGS]: (parts, value) => (parts.flags = numberIn(value.subarray(0, 4))),
  [SERVICE.TIMEOUT]: (parts, value) => (parts.timeoutS = numberIn(value)),
};

function identityOf(parts: ServiceParts): ServiceIdentity | null {
  const { family = null, protocol = null, address, port = null, mark = null } = parts;
  if (family === null) return null;
  if (mark !== null && mark !== 0) return { kind: 'fwmark', mark, family };
  const text = address === undefined ? null : addressText(address, family);
  if (protocol === null || port === null || text === null) return null;
  return { kind: 'address', protocol, address: text, port };
}

/**
 * A destination out of a dump; `null` where it is damaged. `serviceFamily` is that of
 * its service: kernels before 3.18 do not tell, because there it is always the same.
 */
export function parseDestination(attributes: Uint8Array, serviceFamily: 4 | 6): Destination | null {
  const found: DestinationParts = {
    family: serviceFamily,
    tunnelType: 0,
    tunnelPort: 0,
    tunnelFlags: 0,
  };
  const intact = eachNested(attributes, ATTRIBUTE.DEST, (type, value) => {
    const read = destinationReaders[type];
    if (read !== undefined) read(found, value);
  });
  if (!intact || found.family === null || found.address === undefined) return null;
  const address = addressText(found.address, found.family);
  const { port = null, forwarding = null, weight = null } = found;
  const { tunnelType, tunnelPort, tunnelFlags } = found;
  if (address === null || port === null || forwarding === null || weight === null) return null;
  if (tunnelType === null || tunnelPort === null || tunnelFlags === null) return null;
  return {
    address,
    port,
    forwarding,
    weight,
    upperThreshold: found.upperThreshold ?? 0,
    lowerThreshold: found.lowerThreshold ?? 0,
    tunnel: { type: tunnelType, port: tunnelPort, flags: tunnelFlags },
    activeConnections: found.active ?? 0,
    inactiveConnections: found.inactive ?? 0,
  };
}

interface DestinationParts {
  family: 4 | 6 | null;
  address?: Uint8Array;
  port?: number | null;
  forwarding?: number | null;
  weight?: number | null;
  upperThreshold?: number | null;
  lowerThreshold?: number | null;
  active?: number | null;
  inactive?: number | null;
  tunnelType: number | null;
  tunnelPort: number | null;
  tunnelFlags: number | null;
}

const destinationReaders: Readonly<Record<number, Reader<DestinationParts>>> = {
  [DEST.ADDR]: (parts, value) => (parts.address = value),
  [DEST.PORT]: (parts, value) => (parts.port = portIn(value)),
  [DEST.FWD_METHOD]: (parts, value) => (parts.forwarding = numberIn(value)),
  [DEST.WEIGHT]: (parts, value) => (parts.weight = numberIn(value)),
  [DEST.U_THRESH]: (parts, value) => (parts.upperThreshold = numberIn(value)),
  [DEST.L_THRESH]: (parts, value) => (parts.lowerThreshold = numberIn(value)),
  [DEST.ACTIVE_CONNS]: (parts, value) => (parts.active = numberIn(value)),
  [DEST.INACT_CONNS]: (parts, value) => (parts.inactive = numberIn(value)),
  [DEST.ADDR_FAMILY]: (parts, value) => (parts.family = familyIn(value)),
  [DEST.TUN_TYPE]: (parts, value) => (parts.tunnelType = numberIn(value)),
  [DEST.TUN_PORT]: (parts, value) => (parts.tunnelPort = portIn(value)),
  [DEST.TUN_FLAGS]: (parts, value) => (parts.tunnelFlags = numberIn(value)),
};

/** The answer to GET_INFO; `null` where it is damaged. */
export function parseInfo(attributes: Uint8Array): IpvsInfo | null {
  const version = numberAttribute(attributes, INFO.VERSION);
  const connTabSize = numberAttribute(attributes, INFO.CONN_TAB_SIZE);
  if (version === null || connTabSize === null) return null;
  const numbers = [version >> 16, (version >> 8) & 255, version & 255];
  return { version: numbers.join('.'), connTabSize };
}

/** The attributes within the one of `type`; `false` where that is missing or damaged. */
function eachNested(
  attributes: Uint8Array,
  type: number,
  take: (type: number, value: Uint8Array) => void,
): boolean {
  let intact = false;
  const outerIntact = eachAttribute(attributes, (outer, value) => {
    if (outer === type) intact = eachAttribute(value, take);
  });
  return outerIntact && intact;
}

function familyIn(value: Uint8Array): 4 | 6 | null {
  const number = numberIn(value);
  if (number === AF[4]) return 4;
  return number === AF[6] ? 6 : null;
}

function protocolIn(value: Uint8Array): 'tcp' | 'udp' | 'sctp' | null {
  const number = numberIn(value);
  if (number === PROTOCOL.tcp) return 'tcp';
  if (number === PROTOCOL.udp) return 'udp';
  return number === PROTOCOL.sctp ? 'sctp' : null;
}

/** In the order of the network. */
function portIn(value: Uint8Array): number | null {
  const [high, low] = value;
  return high === undefined || low === undefined ? null : (high << 8) | low;
}
