/**
 * Generic netlink messages: netlink(7), linux/netlink.h, linux/genetlink.h. What the
 * attributes of a family mean is that family's business (see ipvs/).
 */

/** One request: the kernel answers with its `sequence`. */
export interface Request {
  /** The family's number, from `familyRequest`. */
  readonly type: number;
  readonly command: number;
  readonly version: number;
  /** `dump`: data and then `result`. `change`: `result` alone. `get`: data or a `result` that failed. */
  readonly kind: 'dump' | 'change' | 'get';
  readonly attributes: Uint8Array;
}

/** One message of the kernel. */
export type NetlinkReply =
  | {
      readonly kind: 'data';
      readonly sequence: number;
      readonly command: number;
      readonly attributes: Uint8Array;
    }
  /** The end of a request; `errno` 0: it was carried out. */
  | { readonly kind: 'result'; readonly sequence: number; readonly errno: number }
  /** The rest of the datagram makes no sense. */
  | { readonly kind: 'broken'; readonly reason: string };

const HEADER_BYTES = 16;
const GENERIC_HEADER_BYTES = 4;
const ATTRIBUTE_HEADER_BYTES = 4;
const NLM_F_REQUEST = 0x1;
const FLAGS = {
  get: NLM_F_REQUEST,
  change: NLM_F_REQUEST | 0x4,
  dump: NLM_F_REQUEST | 0x300,
} as const;
const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** The two upper bits of an attribute's type are flags. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;
const NLA_F_NESTED = 0x8000;
const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

/** Netlink uses the byte order of the machine. */
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const text = new TextDecoder();

export function encodeRequest(sequence: number, request: Request): Uint8Array {
  const { type, command, version, kind, attributes } = request;
  const length = HEADER_BYTES + GENERIC_HEADER_BYTES + attributes.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint32(0, length, isLittleEndian);
  view.setUint16(4, type, isLittleEndian);
  view.setUint16(6, FLAGS[kind], isLittleEndian);
  view.setUint32(8, sequence, isLittleEndian);
  bytes[HEADER_BYTES] = command;
  bytes[HEADER_BYTES + 1] = version;
  bytes.set(attributes, HEADER_BYTES + GENERIC_HEADER_BYTES);
  return bytes;
}

/** Asks for a family's number; a kernel without the family answers with errno 2 (ENOENT). */
export function familyRequest(name: string): Request {
  const attributes = stringAttribute(CTRL_ATTR_FAMILY_NAME, name);
  return { type: GENL_ID_CTRL, command: CTRL_CMD_GETFAMILY, version: 1, kind: 'get', attributes };
}

/** The family's number out of the answer; `null` where it is missing or damaged. */
export function parseFamily(attributes: Uint8Array): number | null {
  return numberAttribute(attributes, CTRL_ATTR_FAMILY_ID);
}

/** Every message of one datagram, in order. Never throws. */
export function parseReplies(datagram: Uint8Array): readonly NetlinkReply[] {
  const replies: NetlinkReply[] = [];
  const view = viewOf(datagram);
  let offset = 0;
  while (offset < datagram.length) {
    const left = datagram.length - offset;
    const length = left < HEADER_BYTES ? 0 : view.getUint32(offset, isLittleEndian);
    if (length < HEADER_BYTES || length > left) {
      replies.push({ kind: 'broken', reason: `a message of ${length} bytes in ${left}` });
      break;
    }
    const type = view.getUint16(offset + 4, isLittleEndian);
    const sequence = view.getUint32(offset + 8, isLittleEndian);
    const body = datagram.subarray(offset + HEADER_BYTES, offset + length);
    const reply = parseReply(type, sequence, body);
    if (reply !== null) replies.push(reply);
    offset += aligned(length);
  }
  return replies;
}

function parseReply(type: number, sequence: number, body: Uint8Array): NetlinkReply | null {
  if (type === NLMSG_NOOP) return null;
  const [command] = body;
  if (command === undefined || body.length < GENERIC_HEADER_BYTES) {
    return { kind: 'broken', reason: `a message of type ${type} with ${body.length} bytes` };
  }
  if (type === NLMSG_ERROR || type === NLMSG_DONE) {
    // Zero, or the error as a negative number.
    const errno = Math.abs(viewOf(body).getInt32(0, isLittleEndian));
    return { kind: 'result', sequence, errno };
  }
  return { kind: 'data', sequence, command, attributes: body.subarray(GENERIC_HEADER_BYTES) };
}

/** Takes one attribute: its value is what lies in `bytes` from `start` up to `end`. */
export type TakeAttribute = (type: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * Calls `take` with each attribute between `start` and `end`, in order. `false`: a length
 * points outside, which ends the walk. Nothing is allocated: a large table has hundreds
 * of thousands of attributes, and a view of each took most of the time.
 */
export function eachAttribute(
  bytes: Uint8Array,
  take: TakeAttribute,
  start = 0,
  end = bytes.length,
): boolean {
  let offset = start;
  while (offset < end) {
    const length = end - offset < ATTRIBUTE_HEADER_BYTES ? 0 : u16(bytes, offset);
    if (length < ATTRIBUTE_HEADER_BYTES || offset + length > end) return false;
    const type = u16(bytes, offset + 2) & ATTRIBUTE_TYPE_MASK;
    take(type, bytes, offset + ATTRIBUTE_HEADER_BYTES, offset + length);
    offset += aligned(length);
  }
  return true;
}

/** The number in the attribute of `wanted`; `null` where it is missing or damaged. */
export function numberAttribute(attributes: Uint8Array, wanted: number): number | null {
  const found: { value: number | null } = { value: null };
  const isIntact = eachAttribute(attributes, (type, bytes, start, end) => {
    if (type === wanted) found.value = numberIn(bytes, start, end);
  });
  return isIntact ? found.value : null;
}

/** A number of one, two or four bytes, as the kernel writes them; `null` for another length. */
export function numberIn(bytes: Uint8Array, start: number, end: number): number | null {
  switch (end - start) {
    case 4:
      return ((u16(bytes, start + hi) << 16) | u16(bytes, start + lo)) >>> 0;
    case 2:
      return u16(bytes, start);
    case 1:
      return bytes[start] ?? null;
    default:
      return null;
  }
}

const hi = isLittleEndian ? 2 : 0;
const lo = isLittleEndian ? 0 : 2;

function u16(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset] ?? 0;
  const second = bytes[offset + 1] ?? 0;
  return isLittleEndian ? first | (second << 8) : (first << 8) | second;
}

/** Text up to its zero byte. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  const value = bytes.subarray(start, end);
  const zero = value.indexOf(0);
  return text.decode(zero === -1 ? value : value.subarray(0, zero));
}

/** One attribute, padded so that the next can follow. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = ATTRIBUTE_HEADER_BYTES + value.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint16(0, length, isLittleEndian);
  view.setUint16(2, type, isLittleEndian);
  bytes.set(value, ATTRIBUTE_HEADER_BYTES);
  return bytes;
}

export function u8Attribute(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

export function u16Attribute(type: number, value: number): Uint8Array {
  return attribute(type, bytesOf(Uint16Array.of(value)));
}

export function u32Attribute(type: number, value: number): Uint8Array {
  return attribute(type, bytesOf(Uint32Array.of(value)));
}

export function stringAttribute(type: number, value: string): Uint8Array {
  return attribute(type, new TextEncoder().encode(`${value}\0`));
}

export function nestedAttribute(type: number, attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, joined(attributes));
}

/** Several messages or attributes after one another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function bytesOf(numbers: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Messages and attributes begin at multiples of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}
