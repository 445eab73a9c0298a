import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** Answers on a control socket as vswitchd does, for tests in which nobody needs the rest of it. */
export class FakeVswitchd {
  readonly #dir: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  /** A hung one reads nothing and answers nothing. */
  hangs = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get pidfile(): string {
    return join(this.#dir, 'ovs-vswitchd.pid');
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  async start(pid: number): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    server.listen(join(this.#dir, `ovs-vswitchd.${pid}.ctl`));
    await once(server, 'listening');
    this.#server = server;
    writeFileSync(this.pidfile, `${pid}\n`);
  }

  /** As a kill: every connection ends, and the pidfile stays. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (this.hangs) return;
      const id = Number(/"id":(\d+)/.exec(String(chunk))?.[1]);
      socket.write(
        JSON.stringify({ id, result: 'ovs-vswitchd (Open vSwitch) 3.1.0\n', error: null }),
      );
    });
  }
}
