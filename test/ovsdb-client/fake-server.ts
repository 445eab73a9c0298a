import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Framer } from '../../src/ovsdb-client/wire/framing.ts';

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answers a request by a result, by nothing (`undefined`), or as it likes through `socket`. */
export type Answer = (request: Request, socket: Socket) => unknown;

export const unknownMethod = Symbol('unknown method');

/** Something that listens on a TCP port of loopback and is closed with all its connections. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(onSocket: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      onSocket(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `tcp:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A server for what the real one never does. `got` lists the methods it was asked. */
export function fakeServer(answer: Answer): { listener: Listener; got: string[] } {
  const got: string[] = [];
  const listener = new Listener((socket) => {
    const framer = new Framer(1024 * 1024);
    socket.on('data', (chunk: Buffer) => {
      for (const message of framer.push(chunk).messages) {
        const request = message as Request;
        if (request.method === undefined) got.push(JSON.stringify(message));
        else {
          got.push(request.method);
          const result = answer(request, socket);
          if (result !== undefined) reply(socket, request.id, result);
        }
      }
    });
  });
  return { listener, got };
}

export function reply(socket: Socket, id: unknown, result: unknown): void {
  const body =
    result === unknownMethod ? { id, error: 'unknown method' } : { id, result, error: null };
  socket.write(JSON.stringify(body));
}

/** The schema of a table `T` with a name and tags. */
export const fakeSchema = {
  name: 'D',
  version: '1.0.0',
  tables: {
    T: {
      columns: {
        name: { type: 'string' },
        tags: { type: { key: 'string', min: 0, max: 'unlimited' } },
      },
    },
  },
} as const;
