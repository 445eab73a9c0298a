import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A real server on loopback that can die and come back on the same port. */
export interface DemoServer {
  readonly port: number;
  fail(): Promise<void>;
  recover(): Promise<void>;
}

const HOST = '127.0.0.1';
const ANY_PORT = 0;

/** Accepts connections and keeps them, as a web server does between requests. */
export async function tcpServer(): Promise<DemoServer> {
  const connections = new Set<Socket>();
  let server = await listen(ANY_PORT);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const { port } = address;

  async function listen(onPort: number): Promise<Server> {
    const fresh = createServer((connection) => {
      connections.add(connection);
      connection.on('error', () => {});
      connection.on('close', () => connections.delete(connection));
    });
    fresh.listen(onPort, HOST);
    await once(fresh, 'listening');
    return fresh;
  }

  return {
    port,
    async fail() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.destroy();
      await closed;
    },
    async recover() {
      if (!server.listening) server = await listen(port);
    },
  };
}

/** Answers every datagram with `pong`. */
export async function udpServer(): Promise<DemoServer> {
  let socket: UdpSocket | null = await pong(ANY_PORT);
  const { port } = socket.address();

  return {
    port,
    async fail() {
      if (socket === null) return;
      const closed = once(socket, 'close');
      socket.close();
      socket = null;
      await closed;
    },
    async recover() {
      socket ??= await pong(port);
    },
  };
}

async function pong(onPort: number): Promise<UdpSocket> {
  const fresh = createSocket('udp4', (_message, from) => {
    fresh.send('pong', from.port, from.address);
  });
  fresh.on('error', () => {});
  fresh.bind(onPort, HOST);
  await once(fresh, 'listening');
  return fresh;
}
