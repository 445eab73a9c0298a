/** Numbers and addresses in ExaBGP's grammar. Strict: a value that passes is safe inside a command. */

export const U16_MAX = 0xffff;
export const U32_MAX = 0xffff_ffff;

export type Family = 'ipv4' | 'ipv6';

/** Whether `value` is a whole number from 0 to `max`. */
export function isUnsigned(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** A decimal number from 0 to `max` without sign, spaces or leading zeros; else `null`. */
export function parseUnsigned(text: string, max: number): number | null {
  if (!/^(?:0|[1-9]\d{0,9})$/u.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}

/** The family of an address in text form, or `null` where it is not an address. */
export function addressFamily(text: string): Family | null {
  if (isIpv4(text)) return 'ipv4';
  return isIpv6(text) ? 'ipv6' : null;
}

/** The family of `address/length`, or `null` where it is not a prefix. */
export function prefixFamily(text: string): Family | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const family = addressFamily(text.slice(0, slash));
  if (family === null) return null;
  const length = parseUnsigned(text.slice(slash + 1), family === 'ipv4' ? 32 : 128);
  return length === null ? null : family;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => parseUnsigned(part, 255) !== null);
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-f:.]{2,45}$/iu.test(text)) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  let count = groups.length;
  // The last 32 bits may be written as an IPv4 address.
  if (last !== undefined && last.includes('.')) {
    if (!isIpv4(last) || text.endsWith('::')) return false;
    groups.pop();
    count += 1;
  }
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/iu.test(group))) return false;
  return halves.length === 2 ? count <= 7 : count === 8;
}
