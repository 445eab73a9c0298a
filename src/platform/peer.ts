import { createRequire } from 'node:module';
import { isIPv6, type Socket } from 'node:net';

/** The peer of a connection, as far as the kernel confirms it. */
export interface Peer {
  /** Connections with the same value share their limits. */
  readonly key: string;
  /** On a unix socket, where the kernel can be asked; `null`: not known. */
  readonly uid: number | null;
}

/** The user at the other end of a unix socket, from the kernel; `null`: not available. */
export type UidOf = (fd: number) => number | null;

const SOL_SOCKET = 1;
const SO_PEERCRED = process.arch === 'ppc64' ? 21 : 17;
/** `struct ucred`: process, user and group, each of 32 bits. */
const CREDENTIAL_BYTES = 12;
const UID_INDEX = 1;

/** The first four of eight groups: one customer has a whole network of them. */
const PREFIX_GROUPS = 4;

/**
 * Reads SO_PEERCRED, which Node cannot, through koffi, an optional dependency. The kernel notes
 * the user when the connection is made, so that no user can claim to be another.
 */
export function peerCredentials(loadKoffi: () => unknown = requireKoffi): UidOf {
  // Loaded for the first connection: most processes never have one.
  let loaded: { readonly getsockopt: GetOption | null } | null = null;
  return (fd) => {
    const { getsockopt } = (loaded ??= { getsockopt: load(loadKoffi) });
    if (getsockopt === null) return null;
    const credential = new Uint32Array(CREDENTIAL_BYTES / 4);
    const bytes = Uint32Array.of(CREDENTIAL_BYTES);
    const isRead = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credential, bytes) === 0;
    return isRead && bytes[0] === CREDENTIAL_BYTES ? (credential[UID_INDEX] ?? null) : null;
  };
}

/** Who it is: by user on a unix socket, by address (a /64 of IPv6) on TCP. */
export function peerOf(socket: Socket, uidOf: UidOf): Peer {
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined) return { key: addressKey(remoteAddress), uid: null };
  const fd = descriptorOf(socket);
  const uid = fd === null ? null : uidOf(fd);
  return { key: uid === null ? 'socket' : `uid ${uid}`, uid };
}

/** `10.0.0.1`, also where it came as `::ffff:10.0.0.1`; `2001:db8:0:1/64`. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/iu.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [bare = '', zone] = address.split('%');
  // Addresses of a link are as many as its nodes.
  if (zone !== undefined || !isIPv6(bare)) return address;
  return `${groupsOf(bare).slice(0, PREFIX_GROUPS).join(':')}/64`;
}

/** All eight groups (seven, where the last two are written as an IPv4 address). */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  if (tail === undefined) return first;
  const last = tail === '' ? [] : tail.split(':');
  const written = first.length + last.length + (last.at(-1)?.includes('.') === true ? 1 : 0);
  return [...first, ...Array.from({ length: 8 - written }, () => '0'), ...last];
}

type GetOption = (
  fd: number,
  level: number,
  name: number,
  value: Uint32Array,
  bytes: Uint32Array,
) => number;

/** As much of koffi as is needed here. */
interface Koffi {
  load(path: null): { func(declaration: string): GetOption };
}

/** `null`: koffi is not installed, or does not run here. */
function load(loadKoffi: () => unknown): GetOption | null {
  try {
    const koffi = loadKoffi();
    if (!isKoffi(koffi)) return null;
    return koffi
      .load(null)
      .func('int getsockopt(int fd, int level, int name, void *value, void *bytes)');
  } catch {
    return null;
  }
}

function requireKoffi(): unknown {
  return createRequire(import.meta.url)('koffi');
}

function isKoffi(module: unknown): module is Koffi {
  return typeof module === 'object' && module !== null && 'load' in module;
}

/** Node keeps the descriptor of a socket to itself, in a place that is the same since Node 0.12. */
function descriptorOf(socket: Socket): number | null {
  const handle: unknown = '_handle' in socket ? socket._handle : null;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return null;
  const { fd } = handle;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}
