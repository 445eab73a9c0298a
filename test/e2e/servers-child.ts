/**
 * Real servers, hundreds in one process, reported by JSON lines on stdin what to open and
 * close; each line is answered by one on stdout. The parent may stop the process
 * (SIGSTOP): the kernel then still accepts connections, and nobody answers.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ServerCommand, ServerSpec } from './servers.ts';

interface Opened {
  close(): Promise<void>;
}

const opened = new Map<string, Opened>();

for await (const line of createInterface({ input: process.stdin })) {
  const command: ServerCommand = JSON.parse(line);
  const problems = await Promise.all([
    ...command.close.map((spec) => attempt(() => close(spec))),
    ...command.open.map((spec) => attempt(() => open(spec))),
  ]);
  process.stdout.write(`${JSON.stringify(problems.filter((text) => text !== ''))}\n`);
}
process.exit(0);

async function attempt(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return '';
  } catch (error) {
    return String(error);
  }
}

async function open(spec: ServerSpec): Promise<void> {
  const key = `${spec.protocol} ${spec.address}:${spec.port}`;
  if (opened.has(key)) throw new Error(`${key} is open already`);
  opened.set(key, await (spec.protocol === 'tcp' ? openTcp(spec) : openUdp(spec)));
}

async function close(spec: ServerSpec): Promise<void> {
  const key = `${spec.protocol} ${spec.address}:${spec.port}`;
  const server = opened.get(key);
  if (server === undefined) throw new Error(`${key} is not open`);
  opened.delete(key);
  await server.close();
}

/** With `reply`, it answers the first bytes that arrive, or greets if `greets` is set. */
async function openTcp(spec: ServerSpec): Promise<Opened> {
  const connections = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    if (spec.greets === true) socket.write(reply(spec));
    socket.on('data', () => {
      if (spec.reply !== undefined && spec.greets !== true) socket.write(reply(spec));
    });
  });
  server.listen({ host: spec.address, port: spec.port, backlog: 512 });
  await once(server, 'listening');
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // As at the death of a process: connections are cut, none is finished.
      for (const socket of connections) socket.resetAndDestroy();
      await closed;
    },
  };
}

/** Without `reply` it reads and says nothing: up for ICMP, silent for `expect`. */
async function openUdp(spec: ServerSpec): Promise<Opened> {
  const socket: UdpSocket = createSocket(spec.address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (_, from) => {
    if (spec.reply !== undefined) socket.send(reply(spec), from.port, from.address);
  });
  socket.bind(spec.port, spec.address);
  await once(socket, 'listening');
  return {
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function reply(spec: ServerSpec): Buffer {
  return Buffer.from(spec.reply ?? '', 'latin1');
}
