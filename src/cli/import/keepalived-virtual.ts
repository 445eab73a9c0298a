import { type Address, addressOf, parseAddress } from '../../config/parse/address.ts';
import type { Note } from './draft.ts';
import {
  noteAtStatement,
  statementText,
  type KeepalivedStatement,
  type KeepalivedWord,
} from './keepalived-tree.ts';

const PORT_MAX = 65_535;
const MARK_MAX = 2 ** 32 - 1;
/** Addresses of one group; each is a service of its own here. */
const ADDRESSES_MAX = 1_024;

/** What clients reach a service by. Port 0: by any. */
export type KeepalivedVirtual =
  | { readonly kind: 'address'; readonly address: Address; readonly port: number }
  | { readonly kind: 'fwmark'; readonly mark: number };

/** Something that cannot be read: its place is the word's. */
export class Bad extends Error {
  readonly word: KeepalivedWord;

  constructor(word: KeepalivedWord, message: string) {
    super(message);
    this.word = word;
  }
}

export const noWord: KeepalivedWord = { text: '', line: 1, column: 1, file: null };

/** One, or as many as the named group has. */
export function virtualsOf(
  statement: KeepalivedStatement,
  groups: readonly KeepalivedStatement[],
  notes: Note[],
): KeepalivedVirtual[] {
  const [first = noWord, second, third] = statement.words;
  statement.taken = Math.min(statement.words.length, 3);
  if (second === undefined) throw new Bad(first, 'expected ADDRESS PORT, fwmark N or group NAME');
  if (second.text !== 'group') return [virtualOf(second, third)];
  const group = groups.find(({ words: [, name] }) => name?.text === third?.text);
  if (group === undefined || third === undefined) {
    throw new Bad(third ?? second, 'there is no virtual_server_group of this name');
  }
  group.taken = 2;
  return group.block.flatMap((entry) => {
    try {
      return membersOf(entry);
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      entry.taken = entry.words.length;
      notes.push(
        noteAtStatement(
          entry,
          `${statementText(entry)}: left out of the group ${third.text}: ${error.message}`,
        ),
      );
      return [];
    }
  });
}

/** One line of a group: an address, a range of them, or a mark. */
function membersOf(entry: KeepalivedStatement): KeepalivedVirtual[] {
  const [address = noWord, port, family] = entry.words;
  if (address.text === 'fwmark') {
    const isFamily = family?.text === 'inet' || family?.text === 'inet6';
    entry.taken = isFamily ? 3 : 2;
    return [virtualOf(address, port)];
  }
  entry.taken = Math.min(entry.words.length, 2);
  const number = portOf(port);
  return rangeOf(address).map((each) => ({ kind: 'address', address: each, port: number }));
}

function virtualOf(word: KeepalivedWord, next: KeepalivedWord | undefined): KeepalivedVirtual {
  if (word.text !== 'fwmark') {
    const address = parseAddress(word.text);
    if (!address.ok) throw new Bad(word, address.message);
    return { kind: 'address', address: address.value, port: portOf(next) };
  }
  const mark = Number(next?.text ?? Number.NaN);
  if (!/^\d{1,10}$/u.test(next?.text ?? '') || mark < 1 || mark > MARK_MAX) {
    throw new Bad(next ?? word, 'expected a firewall mark, a number from 1 on');
  }
  return { kind: 'fwmark', mark };
}

/** 0: none, as keepalived reads it, too. */
export function portOf(word: KeepalivedWord | undefined): number {
  if (word === undefined) return 0;
  const port = Number(word.text);
  if (!/^\d{1,5}$/u.test(word.text) || port > PORT_MAX) {
    throw new Bad(word, `expected a port from 1 to ${PORT_MAX}`);
  }
  return port;
}

/** `192.0.2.1`, `192.0.2.1-10`, `192.0.2.250-192.0.3.10`, `192.0.2.8/29`; the same for IPv6. */
function rangeOf(word: KeepalivedWord): Address[] {
  const [from = '', to] = word.text.split('-', 2);
  const [start = '', bits] = from.split('/', 2);
  const first = parseAddress(start);
  if (!first.ok) throw new Bad(word, first.message);
  if (to === undefined && bits === undefined) return [first.value];
  const begin = sizeOf(first.value);
  const end =
    to === undefined ? lastOf(first.value, begin, bits, word) : endOf(first.value, to, word);
  if (end < begin) throw new Bad(word, 'its end is before its beginning');
  if (end - begin >= BigInt(ADDRESSES_MAX)) {
    throw new Bad(word, `it has more than ${ADDRESSES_MAX} addresses`);
  }
  const { family } = first.value;
  return Array.from({ length: Number(end - begin) + 1 }, (_, at) =>
    addressAt(begin + BigInt(at), family),
  );
}

/** The end of a range is an address, or the last part of one: decimal for IPv4, else hexadecimal. */
function endOf({ family, parts }: Address, to: string, word: KeepalivedWord): bigint {
  const full = parseAddress(to);
  if (full.ok && full.value.family === family) return sizeOf(full.value);
  const last = Number.parseInt(to, family === 4 ? 10 : 16);
  const format = family === 4 ? /^\d{1,3}$/u : /^[\da-f]{1,4}$/iu;
  if (!format.test(to) || (family === 4 && last > 255))
    throw new Bad(word, 'its end is no address');
  return sizeOf(addressOf([...parts.slice(0, -1), last]));
}

function lastOf(
  address: Address,
  begin: bigint,
  bits: string | undefined,
  word: KeepalivedWord,
): bigint {
  const width = address.family === 4 ? 32 : 128;
  const mask = Number(bits);
  if (!/^\d{1,3}$/u.test(bits ?? '') || mask < 1 || mask > width)
    throw new Bad(word, 'it has no mask');
  const size = 1n << BigInt(width - mask);
  if (begin % size !== 0n) throw new Bad(word, 'it has bits behind its mask');
  return begin + size - 1n;
}

function sizeOf({ family, parts }: Address): bigint {
  const width = BigInt(family === 4 ? 8 : 16);
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}

function addressAt(value: bigint, family: 4 | 6): Address {
  const [count, width] = family === 4 ? [4, 8n] : [8, 16n];
  const mask = (1n << width) - 1n;
  return addressOf(
    Array.from({ length: count }, (_, at) =>
      Number((value >> (width * BigInt(count - 1 - at))) & mask),
    ),
  );
}
