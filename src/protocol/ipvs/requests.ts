import {
  attribute,
  familyRequest,
  joined,
  nestedAttribute,
  u16Attribute,
  u32Attribute,
  u8Attribute,
  type Request,
} from '../genetlink.ts';
import { addressBytes, familyOf } from './address.ts';
import {
  AF,
  ATTRIBUTE,
  COMMAND,
  DEST,
  FAMILY_NAME,
  PROTOCOL,
  SERVICE,
  VERSION,
} from './constants.ts';
import type { Destination, ServiceIdentity, TableChange } from './table.ts';

/** A request, or why it cannot be encoded. */
export type EncodedRequest =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly reason: string };

const WEIGHT_MAX = 2 ** 31 - 1;
const changeCommands = {
  set: COMMAND.SET_DEST,
  add: COMMAND.NEW_DEST,
  remove: COMMAND.DEL_DEST,
} as const;

/** Asks for the netlink family id of IPVS in this kernel: `family` below. */
export const ipvsFamilyRequest: Request = familyRequest(FAMILY_NAME);

/** All services, without their destinations. */
export function servicesRequest(family: number): Request {
  return request(family, COMMAND.GET_SERVICE, 'dump', []);
}

/** All destinations of one service. */
export function destinationsRequest(family: number, service: ServiceIdentity): EncodedRequest {
  const attributes = serviceAttributes(service);
  if (attributes === null) return { ok: false, reason: 'the service has no valid name' };
  const nested = nestedAttribute(ATTRIBUTE.SERVICE, attributes);
  return { ok: true, request: request(family, COMMAND.GET_DEST, 'dump', [nested]) };
}

/** IPVS's version and the size of its connection table. */
export function infoRequest(family: number): Request {
  return request(family, COMMAND.GET_INFO, 'get', []);
}

/** One change of one destination. */
export function changeRequest(family: number, change: TableChange): EncodedRequest {
  const service = serviceAttributes(change.service);
  if (service === null) return { ok: false, reason: 'the service has no valid name' };
  const destination = destinationAttributes(change);
  if (destination === null) {
    return { ok: false, reason: 'the real server has a value that IPVS cannot hold' };
  }
  const attributes = [
    nestedAttribute(ATTRIBUTE.SERVICE, service),
    nestedAttribute(ATTRIBUTE.DEST, destination),
  ];
  return { ok: true, request: request(family, changeCommands[change.kind], 'change', attributes) };
}

function request(
  type: number,
  command: number,
  kind: Request['kind'],
  attributes: readonly Uint8Array[],
): Request {
  return { type, command, version: VERSION, kind, attributes: joined(attributes) };
}

/** What identifies a service; `null` where a value is out of range. */
function serviceAttributes(identity: ServiceIdentity): readonly Uint8Array[] | null {
  if (identity.kind === 'fwmark') {
    if (!isWhole(identity.mark, 1, 2 ** 32 - 1)) return null;
    return [
      u16Attribute(SERVICE.AF, AF[identity.family]),
      u32Attribute(SERVICE.FWMARK, identity.mark),
    ];
  }
  const address = addressBytes(identity.address);
  if (address === null || !isWhole(identity.port, 0, 65_535)) return null;
  return [
    u16Attribute(SERVICE.AF, AF[familyOf(identity.address)]),
    u16Attribute(SERVICE.PROTOCOL, PROTOCOL[identity.protocol]),
    attribute(SERVICE.ADDR, padded(address)),
    attribute(SERVICE.PORT, bigEndian(identity.port)),
  ];
}

function destinationAttributes({ kind, destination }: TableChange): readonly Uint8Array[] | null {
  const address = addressBytes(destination.address);
  if (address === null || !isWhole(destination.port, 0, 65_535)) return null;
  const name = [
    attribute(DEST.ADDR, padded(address)),
    attribute(DEST.PORT, bigEndian(destination.port)),
    u16Attribute(DEST.ADDR_FAMILY, AF[familyOf(destination.address)]),
  ];
  if (kind === 'remove') return name;
  const values = valueAttributes(destination);
  return values === null ? null : [...name, ...values];
}

/** IPVS replaces all of them, so all of them are sent. */
function valueAttributes(destination: Destination): readonly Uint8Array[] | null {
  const { forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const isIntact =
    isWhole(forwarding, 0, 7) &&
    isWhole(weight, 0, WEIGHT_MAX) &&
    isWhole(upperThreshold, 0, 2 ** 32 - 1) &&
    isWhole(lowerThreshold, 0, 2 ** 32 - 1) &&
    isWhole(tunnel.type, 0, 255) &&
    isWhole(tunnel.port, 0, 65_535) &&
    isWhole(tunnel.flags, 0, 65_535);
  if (!isIntact) return null;
  const values = [
    u32Attribute(DEST.FWD_METHOD, forwarding),
    u32Attribute(DEST.WEIGHT, weight),
    u32Attribute(DEST.U_THRESH, upperThreshold),
    u32Attribute(DEST.L_THRESH, lowerThreshold),
  ];
  // Kernels before 5.3 have no tunnel types: they are sent only where one is set.
  if (tunnel.type === 0 && tunnel.port === 0 && tunnel.flags === 0) return values;
  return [
    ...values,
    u8Attribute(DEST.TUN_TYPE, tunnel.type),
    attribute(DEST.TUN_PORT, bigEndian(tunnel.port)),
    u16Attribute(DEST.TUN_FLAGS, tunnel.flags),
  ];
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Every address attribute has the length of an IPv6 address. */
function padded(address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(address);
  return bytes;
}

/** Ports are in network byte order. */
function bigEndian(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 255);
}
