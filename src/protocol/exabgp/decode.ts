import { printable } from '../printable.ts';
import { NOTIFICATION_MAX_CHARS, parseEvent } from './event.ts';
import type { ExabgpReply } from './reply.ts';
import { parseRibLine } from './rib-line.ts';
import { addressFamily } from './syntax.ts';

/**
 * Decodes one line from ExaBGP: a reply to a command, or an event of the json
 * or the text encoder. `null` stands for a line above the length limit.
 */
export function decodeLine(line: string | null): ExabgpReply {
  if (line === null) return { kind: 'garbage' };
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (text === 'done') return { kind: 'done' };
  if (text === 'error') return { kind: 'error' };
  // The text encoder puts blank lines between its events.
  if (text.trim() === '') return { kind: 'other' };
  if (text.startsWith('{')) return parseEvent(text);
  if (!/^[\t\x20-\x7e]*$/u.test(text)) return { kind: 'garbage' };
  return shortReply(text);
}

function shortReply(text: string): ExabgpReply {
  const version = /^exabgp ([0-9]+\.[0-9]+\.[0-9]+\S*)$/iu.exec(text)?.[1];
  if (version !== undefined) return { kind: 'version', version };
  if (/^Peer\s+AS\s+up\/down\s+state\b/u.test(text)) return { kind: 'summary-header' };
  if (/^shutdown \d+ \d+$/u.test(text)) return { kind: 'shutdown' };
  const route = parseRibLine(text);
  if (route !== null) return { kind: 'route', route };
  return neighborLine(text) ?? { kind: 'text', text };
}

function neighborLine(text: string): ExabgpReply | null {
  const words = text.split(/\s+/u);
  const [first = '', second = '', third = ''] = words;
  if (first === 'neighbor' && addressFamily(second) !== null && third !== '{') {
    if (third !== 'up' && third !== 'down' && third !== 'connected') return { kind: 'other' };
    const given = words.slice(3).join(' ').replace(/^- /u, '');
    const reason = printable(given, NOTIFICATION_MAX_CHARS);
    return { kind: 'state', neighbor: second, state: third, reason };
  }
  // Address, AS, how long, state, two counters.
  if (addressFamily(first) !== null && words.length >= 5)
    return { kind: 'summary-row', neighbor: first };
  return null;
}
