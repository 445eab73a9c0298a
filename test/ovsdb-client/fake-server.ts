import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../../src/ovsdb-client/index.ts';
import { Framer } from '../../src/ovsdb-client/wire/framing.ts';
import { parseMessage } from '../../src/ovsdb-client/wire/json-rpc.ts';

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answers a request by a result, by nothing (`undefined`), or as it likes through `socket`. */
export type Answer = (request: Request, socket: Socket) => unknown;

export const unknownMethod = Symbol('unknown method');

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on TCP');
  return address.port;
}

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
    return `tcp:127.0.0.1:${portOf(this.#server)}`;
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
        const incoming = parseMessage(message);
        assert.ok(!(incoming instanceof Fault));
        if (incoming.kind === 'request') {
          got.push(incoming.method);
          const result = answer(incoming, socket);
          if (result !== undefined) reply(socket, incoming.id, result);
        } else got.push(JSON.stringify(message));
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
