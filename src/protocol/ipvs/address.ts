/** Converts addresses between text and bytes, as inet_pton(3) and inet_ntop(3) do. */

const FOUR_NUMBERS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** 4 or 16 bytes; `null`: not an address, or one that programs read differently (`010.0.0.1`). */
export function addressBytes(text: string): Uint8Array | null {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

/** Canonical text (RFC 5952) of the first 4 or 16 bytes; `null` where they are fewer. */
export function addressText(bytes: Uint8Array, family: 4 | 6): string | null {
  if (bytes.length < (family === 4 ? 4 : 16)) return null;
  return family === 4 ? bytes.subarray(0, 4).join('.') : ipv6Text(bytes);
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** `10.0.1.11:443`, `[2001:db8::1]:443`. */
export function tableEndpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The reverse of `tableEndpointText`, canonical. */
export function parseTableEndpoint(text: string): { address: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const [, six, four = '', digits] = match;
  const bytes = six === undefined ? ipv4Bytes(four) : ipv6Bytes(six);
  const address = bytes === null ? null : addressText(bytes, six === undefined ? 4 : 6);
  const port = Number(digits);
  return address === null || port > 65_535 ? null : { address, port };
}

function ipv4Bytes(text: string): Uint8Array | null {
  const octets = FOUR_NUMBERS.exec(text)?.slice(1);
  // `010.0.0.1` is 8.0.0.1 to the C library and 10.0.0.1 to others.
  if (octets?.some((octet) => octet.length > 1 && octet.startsWith('0')) !== false) return null;
  const numbers = octets.map(Number);
  return numbers.some((octet) => octet > 255) ? null : Uint8Array.from(numbers);
}

function ipv6Bytes(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupBytes(halves[0] ?? '', halves.length === 1);
  const tail = groupBytes(halves[1] ?? '', true);
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group; without it nothing may be missing.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** Groups between colons; the last may be a dotted IPv4 address where the text ends there. */
function groupBytes(text: string, isAtEnd: boolean): readonly number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, each] of groups.entries()) {
    if (GROUP.test(each)) {
      const value = Number.parseInt(each, 16);
      bytes.push(value >> 8, value & 255);
      continue;
    }
    const isDotted = isAtEnd && index === groups.length - 1 ? ipv4Bytes(each) : null;
    if (isDotted === null) return null;
    bytes.push(...isDotted);
  }
  return bytes.length > 16 ? null : bytes;
}

function ipv6Text(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index));
  const { start, length } = longestZeroRun(groups);
  const plain = groups.map((group) => group.toString(16));
  // As inet_ntop has it: mapped (::ffff:a.b.c.d) and the old compatible addresses end dotted.
  const isDotted = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  if (isDotted) plain.splice(6, 2, bytes.subarray(12, 16).join('.'));
  if (length < 2) return plain.join(':');
  return `${plain.slice(0, start).join(':')}::${plain.slice(start + length).join(':')}`;
}

/** The first of the longest. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
