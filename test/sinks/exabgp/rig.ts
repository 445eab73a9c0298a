import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SinkEvent } from '../../../src/model/report.ts';
import { until } from '../../e2e/until.ts';
import type { Order } from './sink-child.ts';

export type Told = SinkEvent | { readonly kind: 'complete' };

/** One life of the sink under ExaBGP. */
export interface Life {
  readonly told: readonly Told[];
  order(order: Order): void;
  until(condition: (told: readonly Told[]) => boolean, what: string): Promise<void>;
  ended(): boolean;
}

/** Leads sinks that ExaBGP starts. */
export class Rig {
  readonly command: readonly string[];
  readonly #server: Server;
  readonly #lives: Life[] = [];

  constructor(folder: string) {
    const path = join(folder, `rig-${process.hrtime.bigint()}.sock`);
    const child = fileURLToPath(new URL('sink-child.ts', import.meta.url));
    this.command = [process.execPath, '--import', import.meta.resolve('tsx'), child, path];
    this.#server = createServer((socket) => this.#lives.push(live(socket))).listen(path);
  }

  async ready(): Promise<void> {
    if (!this.#server.listening) await once(this.#server, 'listening');
  }

  /** The `number`th start of the sink, from 0. */
  async life(number: number): Promise<Life> {
    return until(() => this.#lives[number] ?? false, 60_000, `start ${number} of the sink`);
  }

  close(): void {
    this.#server.close();
  }
}

function live(socket: Socket): Life {
  const told: Told[] = [];
  let ended = false;
  socket.on('close', () => (ended = true)).on('error', () => (ended = true));
  createInterface(socket).on('line', (line) => {
    const report: Told = JSON.parse(line);
    told.push(report);
  });
  return {
    told,
    ended: () => ended,
    order: (order) => void socket.write(`${JSON.stringify(order)}\n`),
    until: async (condition, what) => {
      await until(
        () => condition(told),
        60_000,
        what,
        () => JSON.stringify(told.slice(-20), null, 1),
      );
    },
  };
}

/** The commands that were written, or that came to something, in order. */
export function commands(
  told: readonly Told[],
  result: 'sent' | 'confirmed' = 'sent',
): readonly string[] {
  return told.flatMap((report) =>
    report.kind === 'action' && report.result === result && report.command !== ''
      ? [report.command]
      : [],
  );
}

export function isConfirmed(told: readonly Told[], key: string): boolean {
  return told.some(
    (report) =>
      report.kind === 'action' && report.result === 'confirmed' && report.keys.includes(key),
  );
}
