import { isIP } from 'node:net';
import { Fault } from './fault.ts';
import { quoted } from './text.ts';

/** IANA's port for OVSDB (RFC 7047, section 7); used where a remote names none. */
const PORT = 6640;
/** What sockaddr_un holds, less its final zero. */
const UNIX_PATH_BYTES_MAX = 107;

/** Where an OVSDB server listens. */
export type Remote =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ssl'; readonly host: string; readonly port: number };

/**
 * Parses a remote as OVS writes it. Never throws.
 *
 * @param text `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; an IPv6 address in brackets; without a
 *   port it is 6640 (RFC 7047, section 7).
 * @returns the remote, or a `Fault` whose `reason` names what is wrong.
 * @example
 * parseRemote('tcp:[::1]:6640'); // { kind: 'tcp', host: '::1', port: 6640 }
 */
export function parseRemote(text: string): Remote | Fault {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  switch (kind) {
    case 'unix':
      return unixRemote(rest);
    case 'tcp':
    case 'ssl':
      return hostRemote(kind, rest);
    default:
      return new Fault(`not a remote: ${quoted(text)} (unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT)`);
  }
}

function unixRemote(path: string): Remote | Fault {
  if (path === '') return new Fault('not a remote: "unix:" names no path');
  if (path.includes('\0')) return new Fault('not a remote: the path holds a zero byte');
  if (Buffer.byteLength(path) > UNIX_PATH_BYTES_MAX) {
    return new Fault(`not a remote: the path is longer than ${UNIX_PATH_BYTES_MAX} bytes`);
  }
  return { kind: 'unix', path };
}

const BRACKETED = /^\[(?<host>[^\]]*)\](?::(?<port>.*))?$/su;
const PLAIN = /^(?<host>[^:]*)(?::(?<port>.*))?$/su;
/** A name as DNS has it, or an IPv4 address. */
const NAME = /^(?!-)[A-Za-z0-9_.-]{1,253}$/u;

function hostRemote(kind: 'tcp' | 'ssl', text: string): Remote | Fault {
  const isBracketed = text.startsWith('[');
  const groups = (isBracketed ? BRACKETED : PLAIN).exec(text)?.groups;
  const host = groups?.['host'] ?? '';
  const isHost = isBracketed ? isIP(host) === 6 : NAME.test(host);
  if (!isHost) {
    const hint = isIP(text) === 6 ? ' (an IPv6 address stands in brackets)' : '';
    return new Fault(`not a remote: ${quoted(`${kind}:${text}`)} names no host${hint}`);
  }
  const port = groups?.['port'];
  if (port === undefined) return { kind, host, port: PORT };
  if (!/^[0-9]{1,5}$/u.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    return new Fault(`not a remote: ${quoted(port)} is no port (1 to 65535)`);
  }
  return { kind, host, port: Number(port) };
}
