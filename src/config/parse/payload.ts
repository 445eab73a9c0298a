import type { Expect } from '../../model/check.ts';
import { parseRegex } from './regex.ts';
import { bad, good, type Parsed } from './result.ts';

/** What one probe may send or look for; a datagram above this would be fragmented anyway. */
const PAYLOAD_MAX_BYTES = 1_400;

/** Text as UTF-8, or bytes as `hex:0a 0b`. */
export function parsePayload(text: string): Parsed<Uint8Array> {
  const bytes = text.startsWith('hex:')
    ? hexBytes(text.slice('hex:'.length))
    : good(new TextEncoder().encode(text));
  if (bytes.ok && bytes.value.length > PAYLOAD_MAX_BYTES) {
    return bad(
      `a payload has at most ${PAYLOAD_MAX_BYTES} bytes: this one has ${bytes.value.length}`,
    );
  }
  return bytes;
}

/** `none`, `/regex/` with its flags, `hex:` or text that the reply must contain. */
export function parseExpect(text: string): Parsed<Expect> {
  if (text === 'none') return good({ kind: 'none' });
  if (text === '') return bad('expected none, text, hex: or /regex/');
  if (text.startsWith('/')) {
    const regex = parseRegex(text);
    return regex.ok ? good({ kind: 'regex', regex: regex.value }) : regex;
  }
  const bytes = parsePayload(text);
  if (bytes.ok && bytes.value.length === 0) return bad('expected none, text, hex: or /regex/');
  return bytes.ok ? good({ kind: 'bytes', bytes: bytes.value }) : bytes;
}

function hexBytes(text: string): Parsed<Uint8Array> {
  const digits = text.replaceAll(' ', '');
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    return bad('expected hex: followed by pairs of hexadecimal digits, such as hex:0a0b');
  }
  if (digits.length % 2 !== 0) {
    return bad(`hex: needs an even number of digits: this one has ${digits.length}`);
  }
  const pairs = digits.match(/../g) ?? [];
  return good(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
}
