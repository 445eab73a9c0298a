import type { ProbeAnswer } from './prober.ts';

/** What the other side, or the way to it, did. */
const DOWN_REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset by peer'],
  ['EPIPE', 'closed by peer'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network unreachable'],
  ['EHOSTDOWN', 'host is down'],
  ['ETIMEDOUT', 'timed out'],
]);

/** What this node lacks: it shows nothing about the server. */
const LOST_REASONS: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'out of file descriptors'],
  ['ENFILE', 'out of file descriptors on this node'],
  ['EADDRNOTAVAIL', 'out of local ports'],
  // With a source address the kernel chooses the port at bind, and fails so.
  ['EADDRINUSE', 'out of local ports'],
  ['EAGAIN', 'out of local ports or routes'],
  ['ENOBUFS', 'out of socket buffers'],
  ['ENOMEM', 'out of memory'],
  ['EACCES', 'not permitted by this node'],
  ['EPERM', 'not permitted by this node'],
  ['ENETDOWN', 'local network interface is down'],
  ['EAFNOSUPPORT', 'address family not supported by this node'],
  ['EINVAL', 'address cannot be probed from this node'],
]);

/** The reason text of a socket's error. `source`: the configured local address. */
export function errorText(error: NodeJS.ErrnoException, source: string | null): ProbeAnswer {
  const code = error.code ?? 'unknown error';
  const down = DOWN_REASONS.get(code);
  if (down !== undefined) return { state: 'down', reason: down };
  if (code === 'EADDRNOTAVAIL' && source !== null && error.syscall === 'bind') {
    return { state: 'lost', reason: `source address ${source} is not on this node` };
  }
  const lost = LOST_REASONS.get(code);
  if (lost !== undefined) return { state: 'lost', reason: lost };
  return { state: 'down', reason: `failed with ${code}` };
}
