import { bad, good, type Parsed } from './result.ts';

/** An IP address: `parts` are 4 octets or 8 words of 16 bits, `text` is the canonical form. */
export interface Address {
  readonly family: 4 | 6;
  readonly parts: readonly number[];
  readonly text: string;
}

export const ADDRESS_EXPECTED = 'expected an address such as 192.0.2.1 or 2001:db8::1';

/** Text → address. Refuses what two programs could read differently: leading zeros, zones. */
export function parseAddress(text: string): Parsed<Address> {
  const parts = text.includes(':') ? ipv6Words(text) : ipv4Octets(text);
  return parts.ok ? good(addressOf(parts.value)) : parts;
}

export function addressOf(parts: readonly number[]): Address {
  return parts.length === 4
    ? { family: 4, parts, text: parts.join('.') }
    : { family: 6, parts, text: ipv6Text(parts) };
}

export function isLoopback(address: Address): boolean {
  return address.family === 4 ? address.parts[0] === 127 : address.text === '::1';
}

const FOUR_NUMBERS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function ipv4Octets(text: string): Parsed<readonly number[]> {
  const match = FOUR_NUMBERS.exec(text);
  if (match === null) return bad(ADDRESS_EXPECTED);
  const octets = match.slice(1);
  // `010.0.0.1` is 8.0.0.1 to the C library and 10.0.0.1 to others.
  const ambiguous = octets.find((octet) => octet.length > 1 && octet.startsWith('0'));
  if (ambiguous !== undefined) {
    return bad(`an address without leading zeros is needed: write ${octets.map(Number).join('.')}`);
  }
  const numbers = octets.map(Number);
  return numbers.every((octet) => octet <= 255) ? good(numbers) : bad(ADDRESS_EXPECTED);
}

function ipv6Words(text: string): Parsed<readonly number[]> {
  if (text.includes('%'))
    return bad(
      `a zone (${JSON.stringify(text.slice(text.indexOf('%'), 20))}) cannot be used here: leave it out`,
    );
  const halves = text.split('::');
  if (halves.length > 2) return bad(ADDRESS_EXPECTED);
  const head = wordsOf(halves[0] ?? '', halves.length === 1);
  const tail = wordsOf(halves[1] ?? '', true);
  if (head === null || tail === null) return bad(ADDRESS_EXPECTED);
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one word; without it nothing may be missing.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return bad(ADDRESS_EXPECTED);
  return good([...head, ...Array.from({ length: missing }, () => 0), ...tail]);
}

/** Words between colons; the last may be a dotted IPv4 address where the text ends there. */
function wordsOf(text: string, atEnd: boolean): readonly number[] | null {
  if (text === '') return [];
  const words: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      words.push(Number.parseInt(group, 16));
      continue;
    }
    const dotted = ipv4Octets(group);
    if (!atEnd || index !== groups.length - 1 || !dotted.ok) return null;
    const [a = 0, b = 0, c = 0, d = 0] = dotted.value;
    words.push(a * 256 + b, c * 256 + d);
  }
  return words;
}

/** RFC 5952: lower case, the longest run of zero words (the first of equals, at least 2) as `::`. */
function ipv6Text(words: readonly number[]): string {
  const run = longestZeroRun(words);
  // As inet_ntop has it: mapped (::ffff:a.b.c.d) and the old compatible addresses end dotted.
  const dotted = run.start === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff));
  const plain = words.map((word) => word.toString(16));
  const tail = dotted
    ? [
        ...plain.slice(run.length, 6),
        words
          .slice(6)
          .flatMap((w) => [w >> 8, w & 255])
          .join('.'),
      ]
    : plain.slice(run.start + run.length);
  if (run.length < 2) return plain.join(':');
  return `${plain.slice(0, run.start).join(':')}::${tail.join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
