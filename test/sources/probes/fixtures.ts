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
  return { ...COMMON, type: 'udp', send: Buffer.from('probe'), expect: { kind: 'none' }, ...some };
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

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
