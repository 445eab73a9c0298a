import { once } from 'node:events';
import { createServer } from 'node:net';

/** The port of the admin interface in every example. */
const firstPort = 9127;
const portsMax = 10;

/** The first port on loopback that nobody has; `null`: then the demo goes without a page. */
export async function freePort(): Promise<number | null> {
  for (let port = firstPort; port < firstPort + portsMax; port += 1) {
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
