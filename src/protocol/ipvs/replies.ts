import {
  eachAttribute,
  numberAttribute,
  numberIn,
  textIn,
  type TakeAttribute,
} from '../genetlink.ts';
import { addressText } from './address.ts';
import { AF, ATTRIBUTE, DEST, INFO, PROTOCOL, SERVICE, SERVICE_FLAG } from './constants.ts';
import type { Destination, ServiceIdentity, TableService } from './table.ts';

/** Version and connection table of IPVS (GET_INFO). */
export interface IpvsInfo {
  /** Such as `1.2.1`. */
  readonly version: string;
  /** Buckets of the connection table (CONFIG_IP_VS_TAB_BITS). */
  readonly connTabSize: number;
}

/**
 * A service of a dump, without its destinations. `other`: of a protocol that is not supported,
 * and so not managed; `null`: damaged.
 */
export function parseService(attributes: Uint8Array): TableService | 'other' | null {
  const found: ServiceParts = {};
  const isIntact = eachNested(attributes, ATTRIBUTE.SERVICE, (type, bytes, start, end) => {
    serviceReaders[type]?.(found, bytes, start, end);
  });
  if (!isIntact) return null;
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

type Reader<Parts> = (parts: Parts, bytes: Uint8Array, start: number, end: number) => void;

/** By attribute; the others are not read. */
const serviceReaders: Readonly<Record<number, Reader<ServiceParts>>> = {
  [SERVICE.AF]: (parts, bytes, start, end) => (parts.family = familyIn(bytes, start, end)),
  [SERVICE.PROTOCOL]: (parts, bytes, start, end) =>
    (parts.protocol = protocolIn(bytes, start, end)),
  [SERVICE.ADDR]: (parts, bytes, start, end) => (parts.address = bytes.subarray(start, end)),
  [SERVICE.PORT]: (parts, bytes, start, end) => (parts.port = portIn(bytes, start, end)),
  [SERVICE.FWMARK]: (parts, bytes, start, end) => (parts.mark = numberIn(bytes, start, end)),
  [SERVICE.SCHED_NAME]: (parts, bytes, start, end) => (parts.scheduler = textIn(bytes, start, end)),
  // A mask follows the flags.
  [SERVICE.FLAGS]: (parts, bytes, start, end) =>
    (parts.flags = numberIn(bytes, start, Math.min(end, start + 4))),
  [SERVICE.TIMEOUT]: (parts, bytes, start, end) => (parts.timeoutS = numberIn(bytes, start, end)),
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
 * A destination of a dump; `null` where it is damaged. `serviceFamily` is that of its service:
 * kernels before 3.18 send none for the destination, because there it is always the same.
 */
export function parseDestination(attributes: Uint8Array, serviceFamily: 4 | 6): Destination | null {
  const found: DestinationParts = {
    family: serviceFamily,
    tunnelType: 0,
    tunnelPort: 0,
    tunnelFlags: 0,
  };
  const isIntact = eachNested(attributes, ATTRIBUTE.DEST, (type, bytes, start, end) => {
    destinationReaders[type]?.(found, bytes, start, end);
  });
  if (!isIntact || found.family === null || found.address === undefined) return null;
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
  [DEST.ADDR]: (parts, bytes, start, end) => (parts.address = bytes.subarray(start, end)),
  [DEST.PORT]: (parts, bytes, start, end) => (parts.port = portIn(bytes, start, end)),
  [DEST.FWD_METHOD]: (parts, bytes, start, end) => (parts.forwarding = numberIn(bytes, start, end)),
  [DEST.WEIGHT]: (parts, bytes, start, end) => (parts.weight = numberIn(bytes, start, end)),
  [DEST.U_THRESH]: (parts, bytes, start, end) =>
    (parts.upperThreshold = numberIn(bytes, start, end)),
  [DEST.L_THRESH]: (parts, bytes, start, end) =>
    (parts.lowerThreshold = numberIn(bytes, start, end)),
  [DEST.ACTIVE_CONNS]: (parts, bytes, start, end) => (parts.active = numberIn(bytes, start, end)),
  [DEST.INACT_CONNS]: (parts, bytes, start, end) => (parts.inactive = numberIn(bytes, start, end)),
  [DEST.ADDR_FAMILY]: (parts, bytes, start, end) => (parts.family = familyIn(bytes, start, end)),
  [DEST.TUN_TYPE]: (parts, bytes, start, end) => (parts.tunnelType = numberIn(bytes, start, end)),
  [DEST.TUN_PORT]: (parts, bytes, start, end) => (parts.tunnelPort = portIn(bytes, start, end)),
  [DEST.TUN_FLAGS]: (parts, bytes, start, end) => (parts.tunnelFlags = numberIn(bytes, start, end)),
};

/** The answer to GET_INFO; `null` where it is damaged. */
export function parseInfo(attributes: Uint8Array): IpvsInfo | null {
  const version = numberAttribute(attributes, INFO.VERSION);
  const connTabSize = numberAttribute(attributes, INFO.CONN_TAB_SIZE);
  if (version === null || connTabSize === null) return null;
  const numbers = [version >> 16, (version >> 8) & 255, version & 255];
  return { version: numbers.join('.'), connTabSize };
}

/** The attributes within the one of `wanted`; `false` where that is missing or damaged. */
function eachNested(attributes: Uint8Array, wanted: number, take: TakeAttribute): boolean {
  let isIntact = false;
  const isOuterIntact = eachAttribute(attributes, (type, bytes, start, end) => {
    if (type === wanted) isIntact = eachAttribute(bytes, take, start, end);
  });
  return isOuterIntact && isIntact;
}

function familyIn(bytes: Uint8Array, start: number, end: number): 4 | 6 | null {
  const number = numberIn(bytes, start, end);
  if (number === AF[4]) return 4;
  return number === AF[6] ? 6 : null;
}

function protocolIn(bytes: Uint8Array, start: number, end: number): 'tcp' | 'udp' | 'sctp' | null {
  const number = numberIn(bytes, start, end);
  if (number === PROTOCOL.tcp) return 'tcp';
  if (number === PROTOCOL.udp) return 'udp';
  return number === PROTOCOL.sctp ? 'sctp' : null;
}

/** In network byte order. */
function portIn(bytes: Uint8Array, start: number, end: number): number | null {
  if (end - start < 2) return null;
  return new DataView(bytes.buffer, bytes.byteOffset + start, 2).getUint16(0);
}
