import type { DraftKeys, Note } from './draft.ts';
import { all, find, noteAtStatement, type KeepalivedStatement } from './keepalived-tree.ts';

const PAYLOAD_MAX_BYTES = 1_400;

/** `payload` and `require_reply` of a UDP_CHECK; without a reply that it asks for, silence is up. */
export function udpOf(block: readonly KeepalivedStatement[]): {
  keys: DraftKeys;
  notes: readonly Note[];
} {
  const [payload] = all(block, 'payload').slice(-1);
  const sent = payload === undefined ? null : bytesOf(payload);
  if (payload !== undefined && sent !== null && !sent.includes(null)) {
    find(block, 'payload', payload.words.length);
  }
  const [reply] = all(block, 'require_reply').slice(-1);
  const notes: Note[] = [];
  let expect = 'none';
  if (reply !== undefined) {
    const wanted = reply.words.length > 1 ? bytesOf(reply) : [];
    const known = longestKnown(wanted ?? []);
    find(block, 'require_reply', wanted === null ? 1 : reply.words.length);
    expect = known.length > 0 ? `hex:${hexOf(known)}` : '/^/';
    if (wanted !== null && wanted.length > 0) {
      notes.push(noteAtStatement(reply, replyNote(known.length, wanted.length)));
    }
  }
  const isSent = sent !== null && !sent.includes(null);
  return {
    keys: [
      ['type', 'udp'],
      ['send', isSent ? `hex:${hexOf(sent)}` : ''],
      ['expect', expect],
    ],
    notes,
  };
}

function replyNote(known: number, wanted: number): string {
  const end = 'anywhere in the reply, which keepalived compares from its first byte on';
  if (known === 0) return 'require_reply: no byte of it is known for certain: any reply is enough';
  return known === wanted
    ? `require_reply: it may stand ${end}`
    : `require_reply: ${known} of its ${wanted} bytes in a row are known for certain, and may stand ${end}`;
}

/** Hexadecimal digits in keepalived's free form: `Ab12f 3` is AB 12 0F 03. `null`: it is none. */
function bytesOf({ words }: KeepalivedStatement): (number | null)[] | null {
  const text = words
    .slice(1)
    .map((word) => word.text)
    .join(' ');
  const pairs = text.split(/\s+/u).flatMap((digits) => digits.match(/..?/gsu) ?? []);
  if (pairs.length === 0 || pairs.length > PAYLOAD_MAX_BYTES) return null;
  if (!pairs.every((pair) => /^[\da-fx]{1,2}$/iu.test(pair))) return null;
  // With X the four bits may be anything.
  return pairs.map((pair) => (/x/iu.test(pair) ? null : Number.parseInt(pair, 16)));
}

/** The longest part in which every byte is known. */
function longestKnown(bytes: readonly (number | null)[]): number[] {
  let best: number[] = [];
  let run: number[] = [];
  for (const byte of bytes) {
    run = byte === null ? [] : [...run, byte];
    if (run.length > best.length) best = run;
  }
  return best;
}

function hexOf(bytes: readonly (number | null)[]): string {
  return bytes.map((byte) => (byte ?? 0).toString(16).padStart(2, '0')).join('');
}
