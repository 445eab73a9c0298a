// Probes in a process of its own, so that a test can take things away from it.
// usage: probes-child.ts '[{ "service": …, "address": …, "port": …, "check": … }]' [LISTEN_PORT | greedy]
// `greedy`: takes nearly all file descriptors that are left, after the probes began.
// Prints one JSON line for each observation and notice, until it is killed.
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { NEVER, startWith } from 'rxjs';
import type {
  AgentCheck,
  Check,
  DnsCheck,
  HttpCheck,
  TcpCheck,
  UdpCheck,
} from '../../../src/model/check.ts';
import type { RealServer } from '../../../src/model/service.ts';
import { probes } from '../../../src/sources/probes/probes.ts';
import { configOf, realServer, tcpCheck, udpCheck } from './fixtures.ts';
import { agentCheck, dnsCheck, httpCheck } from './one-probe.ts';

/** One target of the child; `check` overrides what the fixtures' checks say. */
export interface ChildTarget {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly check:
    | ({ readonly type: 'tcp' } & Partial<TcpCheck>)
    | ({ readonly type: 'udp' } & Partial<UdpCheck>)
    | ({ readonly type: 'dns' } & Partial<DnsCheck>)
    | ({ readonly type: 'http' } & Partial<HttpCheck>)
    | ({ readonly type: 'agent' } & Partial<AgentCheck>);
}

function wholeOf(check: ChildTarget['check']): Check {
  switch (check.type) {
    case 'tcp':
      return tcpCheck(check);
    case 'udp':
      return udpCheck(check);
    case 'dns':
      return dnsCheck(check);
    case 'http':
      return httpCheck(check);
    case 'agent':
      return agentCheck(check);
    default:
      return check satisfies never;
  }
}

function services(targets: readonly ChildTarget[]): Record<string, RealServer[]> {
  return Object.fromEntries(
    targets.map(({ service, address, port, check }) => {
      const server = realServer(service, { address, port, check: wholeOf(check) });
      return [service, [server]];
    }),
  );
}

const [targets = '[]', listenPort] = process.argv.slice(2);
const print = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
if (listenPort !== undefined && listenPort !== 'greedy') {
  // Our probes close by reset.
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(Number(listenPort), '127.0.0.1');
}
const wanted: readonly ChildTarget[] = JSON.parse(targets);
const config = configOf(services(wanted));
probes(NEVER.pipe(startWith(config)), { notify: print }).subscribe(print);
if (listenPort === 'greedy') takeDescriptors();

function takeDescriptors(): void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const fd of taken.slice(-3)) closeSync(fd);
  }
}
