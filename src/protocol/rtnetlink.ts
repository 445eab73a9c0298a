/**
 * Link messages of rtnetlink(7): what the kernel reports about network interfaces.
 * Field layouts are those of linux/netlink.h, linux/rtnetlink.h and linux/if_link.h.
 */

/** What is known of one interface, from rtnetlink or from sysfs alike. */
export interface LinkFacts {
  /** The kernel's number for it: the same after a rename, another after it was made again. */
  readonly index: number;
  /** Switched on by the administrator (IFF_UP). */
  readonly isAdminUp: boolean;
  /** The layer below works: the cable is in, the peer answers. */
  readonly hasCarrier: boolean;
  readonly operState: OperState;
}

/** RFC 2863's ifOperStatus, spelt as in sysfs. Drivers that report none have `unknown`. */
export type OperState = (typeof operStates)[number];

/** In the order of the kernel's IF_OPER_* numbers. */
export const operStates = [
  'unknown',
  'notpresent',
  'down',
  'lowerlayerdown',
  'testing',
  'dormant',
  'up',
] as const;

export type LinkMessage =
  | { readonly kind: 'link'; readonly name: string; readonly facts: LinkFacts }
  /** The interface was deleted or left this network namespace. */
  | { readonly kind: 'gone'; readonly name: string; readonly index: number }
  /** The rest of the datagram makes no sense: read the state anew from elsewhere. */
  | { readonly kind: 'broken'; readonly reason: string };

const HEADER_BYTES = 16;
const IFINFO_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const IFF_UP = 0x1;
const IFF_LOWER_UP = 0x1_0000;
const IFLA_IFNAME = 3;
const IFLA_OPERSTATE = 16;
const IFLA_CARRIER = 33;
/** The two upper bits of an attribute's type are flags. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;
/** Messages of other families mean something else: a DELLINK of AF_BRIDGE is a port that left its bridge. */
const AF_UNSPEC = 0;

/** Netlink uses the byte order of the machine. */
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const text = new TextDecoder();

/** Every link message of one datagram, in order. Never throws; other messages are passed over. */
export function parseLinkMessages(datagram: Uint8Array): readonly LinkMessage[] {
  const messages: LinkMessage[] = [];
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  let offset = 0;
  while (offset < view.byteLength) {
    const left = view.byteLength - offset;
    const length = left < HEADER_BYTES ? 0 : view.getUint32(offset, isLittleEndian);
    if (length < HEADER_BYTES || length > left) {
      messages.push({ kind: 'broken', reason: `a message of ${length} bytes in ${left}` });
      break;
    }
    const type = view.getUint16(offset + 4, isLittleEndian);
    if (type === RTM_NEWLINK || type === RTM_DELLINK) {
      const body = subView(view, offset + HEADER_BYTES, length - HEADER_BYTES);
      const message = parseLink(type, body);
      if (message !== null) messages.push(message);
    }
    offset += aligned(length);
  }
  return messages;
}

function parseLink(type: number, body: DataView): LinkMessage | null {
  if (body.byteLength < IFINFO_BYTES) {
    return { kind: 'broken', reason: `a link message of ${body.byteLength} bytes` };
  }
  if (body.getUint8(0) !== AF_UNSPEC) return null;
  const index = body.getInt32(4, isLittleEndian);
  const flags = body.getUint32(8, isLittleEndian);
  const attributes = parseAttributes(subView(body, IFINFO_BYTES, body.byteLength - IFINFO_BYTES));
  if (attributes === null || attributes.name === '') {
    return { kind: 'broken', reason: 'a link message with damaged attributes' };
  }
  const { name, operState, hasCarrier } = attributes;
  if (type === RTM_DELLINK) return { kind: 'gone', name, index };
  const facts = {
    index,
    isAdminUp: (flags & IFF_UP) !== 0,
    hasCarrier: hasCarrier ?? (flags & IFF_LOWER_UP) !== 0,
    operState,
  };
  return { kind: 'link', name, facts };
}

interface Attributes {
  readonly name: string;
  readonly operState: OperState;
  /** `null`: not in the message (Linux before 3.9). */
  readonly hasCarrier: boolean | null;
}

/** `null` where a length points outside. */
function parseAttributes(view: DataView): Attributes | null {
  let name = '';
  let operState: OperState = 'unknown';
  let hasCarrier: boolean | null = null;
  let offset = 0;
  while (offset + ATTRIBUTE_HEADER_BYTES <= view.byteLength) {
    const length = view.getUint16(offset, isLittleEndian);
    if (length < ATTRIBUTE_HEADER_BYTES || offset + length > view.byteLength) return null;
    const type = view.getUint16(offset + 2, isLittleEndian) & ATTRIBUTE_TYPE_MASK;
    const value = subView(view, offset + ATTRIBUTE_HEADER_BYTES, length - ATTRIBUTE_HEADER_BYTES);
    if (type === IFLA_IFNAME) name = parseName(value);
    else if (type === IFLA_OPERSTATE) operState = operStates[firstByte(value)] ?? 'unknown';
    else if (type === IFLA_CARRIER) hasCarrier = firstByte(value) !== 0;
    offset += aligned(length);
  }
  return { name, operState, hasCarrier };
}

function parseName(value: DataView): string {
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.indexOf(0);
  return text.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

function firstByte(value: DataView): number {
  return value.byteLength === 0 ? 0 : value.getUint8(0);
}

function subView(view: DataView, offset: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + offset, length);
}

/** Messages and attributes begin at multiples of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}
