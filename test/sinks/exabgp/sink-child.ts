/** What ExaBGP runs in these tests: the sink alone, led by the test through a socket. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Subject } from 'rxjs';
import type { Config } from '../../../src/model/config.ts';
import type { Turn } from '../../../src/model/turn.ts';
import { exabgp } from '../../../src/sinks/exabgp/exabgp.ts';
import { type OutputOverrides, type Wanted, FakeCore, config } from './sample.ts';

/** One line from the test. */
export type Order =
  | {
      readonly kind: 'config';
      readonly prefixes: readonly string[];
      readonly exabgp: OutputOverrides;
      readonly stateDir: string | null;
    }
  | { readonly kind: 'turn'; readonly wanted: Readonly<Record<string, Wanted>> }
  | { readonly kind: 'block'; readonly ms: number }
  | { readonly kind: 'stop' };

const socket = connect(process.argv[2] ?? '');
const config$ = new Subject<Config>();
const turn$ = new Subject<Turn>();
const core = new FakeCore();

exabgp(config$, turn$, { stdin: process.stdin, stdout: process.stdout }, () => {}).subscribe({
  next: (report) => socket.write(`${JSON.stringify(report)}\n`),
  error: (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
  complete: () => socket.end('{"kind":"complete"}\n', () => process.exit(0)),
});
socket.on('error', () => process.exit(0));

createInterface(socket).on('line', (line) => {
  const order: Order = JSON.parse(line);
  switch (order.kind) {
    case 'config':
      return config$.next(config(order.prefixes, order.exabgp, order.stateDir));
    case 'turn':
      return turn$.next(core.turn(order.wanted));
    case 'block':
      return void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    case 'stop':
      return turn$.complete();
  }
});
