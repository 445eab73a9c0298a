import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port of the admin interface in every example. */
const FIRST_PORT = 9127;
const PORTS_MAX = 10;

/** The first free port on loopback; `null`: there is none, and the demo runs without a page. */
export async function freePort(): Promise<number | null> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_MAX; port += 1) {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    const closed = isFree ? once(server, 'close') : null;
    server.close();
    await closed;
    if (isFree) return port;
  }
  return null;
}
