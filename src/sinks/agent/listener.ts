import { createServer, type Socket } from 'node:net';
import { Observable } from 'rxjs';
import type { ListenAddress } from '../../model/config.ts';
import { FairPlaces } from '../../platform/fair-places.ts';
import { addressKey } from '../../platform/peer.ts';

/** Clients at once; one more closes a client of the address that has the most. */
export const CLIENTS_MAX = 256;
/** The longest request: a name and its end of line. */
export const REQUEST_MAX_BYTES = 256;
/** A client that has sent nothing by then asks for the node. */
export const NAME_WAIT_MS = 200;
/** After this the connection is closed in any case. */
export const CLIENT_MAX_MS = 2000;

/** The reply to a request; `null`: an empty one, which changes nothing in HAProxy. */
type AnswerRequest = (request: string) => string | null;

/**
 * Listens, and answers each client's one line. Emits once, when it listens; errors where it
 * cannot. Unsubscribing closes all clients.
 */
export function listen({ host, port }: ListenAddress, answer: AnswerRequest): Observable<void> {
  return new Observable((subscriber) => {
    const clients = new Set<Socket>();
    const places = new FairPlaces<Socket>(CLIENTS_MAX);
    const server = createServer((socket) => {
      clients.add(socket);
      socket.on('close', () => {
        clients.delete(socket);
        places.delete(socket);
      });
      places.add(socket, addressKey(socket.remoteAddress ?? ''))?.destroy();
      // A client that waits for its reply is closed later than one that has it and stays.
      places.setBusy(socket, true);
      serve(socket, answer, () => places.setBusy(socket, false));
    });
    server.on('error', (error) => subscriber.error(error));
    server.listen({ host, port }, () => subscriber.next());
    return () => {
      server.close();
      for (const client of clients) client.destroy();
    };
  });
}

function serve(socket: Socket, answer: AnswerRequest, answered: () => void): void {
  let request = '';
  let isAnswered = false;
  const finish = (): void => {
    if (isAnswered) return;
    isAnswered = true;
    clearTimeout(nameTimer);
    const line = answer(request.split(/[\r\n]/, 1)[0]?.trim() ?? '');
    socket.end(line ?? '');
    answered();
  };
  // After a long turn of the event loop, timers run before reads: a name that has arrived counts.
  const nameTimer = setTimeout(() => setImmediate(finish), NAME_WAIT_MS);
  const closeTimer = setTimeout(() => socket.destroy(), CLIENT_MAX_MS);
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    if (isAnswered) return;
    request += String(chunk);
    if (/[\r\n]/.test(request)) finish();
    else if (request.length > REQUEST_MAX_BYTES) socket.destroy();
  });
  socket.on('end', finish);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearTimeout(nameTimer);
    clearTimeout(closeTimer);
    isAnswered = true;
  });
}
