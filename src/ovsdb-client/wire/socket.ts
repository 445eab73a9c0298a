import { isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Remote } from '../remote.ts';
import type { TlsSettings } from './tls.ts';

/**
 * Begins to connect and calls `ready` once bytes may be sent; with TLS that is
 * after the server's certificate was accepted. Errors come as the socket's own
 * events.
 */
export function openSocket(remote: Remote, tls: TlsSettings | null, ready: () => void): Socket {
  if (remote.kind === 'ssl') {
    if (tls === null) throw new TypeError('an ssl remote needs the option tls with its CA');
    const { host, port } = remote;
    const name = isIP(host) === 0 ? { servername: host } : {};
    return connectTls({ host, port, ...name, ...tls }, ready).setNoDelay(true);
  }
  const socket = new Socket();
  if (remote.kind === 'unix') socket.connect({ path: remote.path }, ready);
  else socket.connect({ host: remote.host, port: remote.port }, ready).setNoDelay(true);
  return socket;
}
