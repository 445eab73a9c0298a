import { createServer, type Socket } from 'node:net';
import { Observable } from 'rxjs';
import type { ListenAddress } from '../../model/config.ts';
import { FairPlaces } from '../../platform/fair-places.ts';
import { addressKey } from '../../platform/peer.ts';

/** Clients at once; for one more, the address with the most loses one. */
export const CLIENTS_MAX = 256;
/** The longest request: a name and its end of line. */
export const REQUEST_MAX_BYTES = 256;
/** A client that has said nothing by then wants to know of the node. */
export const NAME_WAIT_MS = 200;
/** Then it is cut, whatever it is doing. */
export const CLIENT_MAX_MS = 2000;

/** Answers a request; `null`: with silence, which HAProxy takes for no news. */
type Answering = (request: string) => string | null;

/**
 * Listens, and answers each client's one line. Emits once, when it listens; errors where it
 * cannot. Unsubscribing closes all clients.
 */
export function listen({ host, port }: ListenAddress, answer: Answering): Observable<void> {
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
      // Whoever waits for an answer keeps its place longer than who has it and does not go.
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

function serve(socket: Socket, answer: Answering, answered: () => void): void {
  let request = '';
  let isAnswered = false;
  const finish = (): void => {
    if (isAnswered) return;
    isAnswered = true;
    clearTimeout(patience);
    const line = answer(request.split(/[\r\n]/, 1)[0]?.trim() ?? '');
    socket.end(line ?? '');
    answered();
  };
  // After a turn that was long, timers come before the reading: a name that is here already counts.
  const patience = setTimeout(() => setImmediate(finish), NAME_WAIT_MS);
  const limit = setTimeout(() => socket.destroy(), CLIENT_MAX_MS);
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
    clearTimeout(patience);
    clearTimeout(limit);
    isAnswered = true;
  });
}
