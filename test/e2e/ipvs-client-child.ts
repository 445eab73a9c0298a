/**
 * A client: holds connections on which it asks and is answered, and makes requests
 * of one connection each. Told by JSON lines on stdin; each is answered by one on stdout.
 */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

interface Order {
  readonly do: 'hold' | 'report' | 'request' | 'release';
  readonly host?: string;
  readonly port?: number;
  readonly count?: number;
}

interface Held {
  readonly socket: Socket;
  /** Who answers: the first character of each answer. */
  server: string;
  answers: number;
  isBroken: boolean;
}

const ASK_MS = 50;
/** Slow is not lost: a server that is gone counts at once. */
const REQUEST_TIMEOUT_MS = 20_000;
/** A connection without an answer while another had so many gets none. */
const ANSWERS_ENOUGH = 20;
const REPORT_TIMEOUT_MS = 10_000;
const held: Held[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  const order: Order = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await carryOut(order))}\n`);
}
process.exit(0);

async function carryOut({ do: what, host = '', port = 0, count = 0 }: Order): Promise<unknown> {
  switch (what) {
    case 'hold':
      for (let n = 0; n < count; n += 1) held.push(hold(host, port));
      while (held.some(({ server, isBroken }) => server === '' && !isBroken)) await sleep(ASK_MS);
      return held.length;
    case 'report':
      return report();
    case 'request': {
      const lost: string[] = [];
      for (let n = 0; n < count; n += 1) lost.push(...(await request(host, port)));
      return lost;
    }
    case 'release':
      for (const { socket } of held.splice(0)) socket.end();
      return held.length;
    default:
      return what satisfies never;
  }
}

async function report(): Promise<unknown> {
  const before = held.map(({ answers }) => answers);
  const fresh = (): readonly number[] => held.map(({ answers }, at) => answers - (before[at] ?? 0));
  const isKnown = (): boolean => {
    const counts = fresh();
    const isOfAll = held.every(({ isBroken }, at) => isBroken || counts[at] !== 0);
    return isOfAll || Math.max(...counts) >= ANSWERS_ENOUGH;
  };
  const endMs = performance.now() + REPORT_TIMEOUT_MS;
  while (!isKnown() && performance.now() < endMs) await sleep(ASK_MS);
  const counts = fresh();
  return held.map(({ server, isBroken }, at) => ({
    server,
    isBroken,
    isAnswered: counts[at] !== 0,
  }));
}

function hold(host: string, port: number): Held {
  const socket = connect(port, host);
  const one: Held = { socket, server: '', answers: 0, isBroken: false };
  const timer = setInterval(() => socket.write('?'), ASK_MS);
  socket.on('data', (data) => {
    one.server = String(data).slice(0, 1);
    one.answers += 1;
  });
  socket.on('error', () => (one.isBroken = true));
  socket.on('close', () => {
    one.isBroken = true;
    clearInterval(timer);
  });
  return one;
}

/** Nothing where it was answered, else why not. */
async function request(host: string, port: number): Promise<string[]> {
  const socket = connect(port, host);
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  return new Promise((resolve) => {
    socket.on('connect', () => socket.write('?'));
    socket.on('data', () => {
      socket.end();
      resolve([]);
    });
    socket.on('error', ({ message }) => resolve([message.split(' ')[1] ?? message]));
    socket.on('close', () => resolve(['no answer']));
  });
}
