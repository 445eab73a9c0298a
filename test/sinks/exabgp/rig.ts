import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SinkEvent } from '../../../src/model/report.ts';
import { until } from '../../e2e/until.ts';
import type { Order } from './sink-child.ts';

export type ChildReport = SinkEvent | { readonly kind: 'complete' };

/** One process of the sink under ExaBGP. */
export interface SinkProcess {
  readonly reports: readonly ChildReport[];
  order(order: Order): void;
  until(condition: (reports: readonly ChildReport[]) => boolean, what: string): Promise<void>;
  ended(): boolean;
}

/** Leads sinks that ExaBGP starts. */
export class Rig {
  readonly command: readonly string[];
  readonly #server: Server;
  readonly #processes: SinkProcess[] = [];

  constructor(folder: string) {
    const path = join(folder, `rig-${process.hrtime.bigint()}.sock`);
    const child = fileURLToPath(new URL('sink-child.ts', import.meta.url));
    this.command = [process.execPath, '--import', import.meta.resolve('tsx'), child, path];
    this.#server = createServer((socket) => this.#processes.push(live(socket))).listen(path);
  }

  async ready(): Promise<void> {
    if (!this.#server.listening) await once(this.#server, 'listening');
  }

  /** The `number`th start of the sink, from 0. */
  async started(number: number): Promise<SinkProcess> {
    return until(() => this.#processes[number] ?? false, 60_000, `start ${number} of the sink`);
  }

  close(): void {
    this.#server.close();
  }
}

function live(socket: Socket): SinkProcess {
  const reports: ChildReport[] = [];
  let ended = false;
  socket.on('close', () => (ended = true)).on('error', () => (ended = true));
  createInterface(socket).on('line', (line) => {
    const report: ChildReport = JSON.parse(line);
    reports.push(report);
  });
  return {
    reports,
    ended: () => ended,
    order: (order) => void socket.write(`${JSON.stringify(order)}\n`),
    until: async (condition, what) => {
      await until(
        () => condition(reports),
        60_000,
        what,
        () => JSON.stringify(reports.slice(-20), null, 1),
      );
    },
  };
}

/** The commands that were written, or confirmed, in order. */
export function commands(
  reports: readonly ChildReport[],
  result: 'sent' | 'confirmed' = 'sent',
): readonly string[] {
  return reports.flatMap((report) =>
    report.kind === 'action' && report.result === result && report.command !== ''
      ? [report.command]
      : [],
  );
}

export function isConfirmed(reports: readonly ChildReport[], key: string): boolean {
  return reports.some(
    (report) =>
      report.kind === 'action' && report.result === 'confirmed' && report.keys.includes(key),
  );
}
