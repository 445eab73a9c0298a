import { emptyConfig } from '../../empty-config.ts';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { SettleRules, TcpCheck, UdpCheck } from '../../../src/model/check.ts';
import type { Config } from '../../../src/model/config.ts';
import type { RealServer } from '../../../src/model/service.ts';
import type { ProbeTarget } from '../../../src/sources/probes/prober.ts';

export const SETTLE: SettleRules = {
  rise: 2,
  fall: 3,
  updelayMs: 0,
  downdelayMs: 0,
  damping: null,
  lostHoldMs: 10_000,
  onLost: 'down',
};

const COMMON = {
  intervalMs: 1000,
  timeoutMs: 500,
  fastIntervalMs: 200,
  port: null,
  source: null,
  sweep: true,
  settle: SETTLE,
};

export function tcpCheck(some: Partial<TcpCheck> = {}): TcpCheck {
  return { ...COMMON, type: 'tcp', mode: 'connect', send: null, expect: { kind: 'none' }, ...some };
}

export function udpCheck(some: Partial<UdpCheck> = {}): UdpCheck {
  const send = Buffer.from('probe');
  return { ...COMMON, type: 'udp', send, expect: { kind: 'none' }, icmpIntervalMs: 1100, ...some };
}

export function probeTarget(some: Partial<ProbeTarget> = {}): ProbeTarget {
  const { service = 'web', address = '127.0.0.1', port = 80 } = some;
  const key = `${service}/${address}:${port}`;
  return { key, service, address, port, domain: null, check: tcpCheck(), ...some };
}

export function realServer(service: string, some: Partial<RealServer> = {}): RealServer {
  const { address = '127.0.0.1', port = 80 } = some;
  const key = `${service}/${address}:${port}`;
  return { key, address, port, weight: null, domain: null, check: tcpCheck(), ...some };
}

/** A configuration of these services and nothing else. */
export function configOf(services: Readonly<Record<string, readonly RealServer[]>>): Config {
  return {
    ...emptyConfig,
    services: Object.entries(services).map(([name, realServers]) => ({
      name,
      virtual: null,
      quorum: null,
      hysteresis: null,
      validWhen: null,
      minPooledPercent: null,
      slowStartMs: 0,
      onDown: 'quiesce' as const,
      realServers,
    })),
  };
}

export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** A TCP server on a free port, gone with its connections when the test ends. */
export async function tcpServer(
  t: TestContext,
  onConnection: (socket: Socket) => void = () => {},
  host = '127.0.0.1',
): Promise<{ server: Server; port: number; sockets: Set<Socket>; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  t.after(stop);
  return { server, port: portOf(server), sockets, stop };
}

const firstFreePort = 10_000;
const portsEach = 100;
const processesMax = 200;
let portsGiven = 0;

/**
 * A port on which nothing listens. It lies below those that the kernel gives away, and
 * among a hundred of this process's own: no test that runs beside us gets it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portsEach; tries += 1) {
    const mine = firstFreePort + (process.pid % processesMax) * portsEach;
    const port = mine + (portsGiven % portsEach);
    portsGiven += 1;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
