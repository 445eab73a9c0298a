import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type {
  AgentCheck,
  Check,
  DnsCheck,
  ExecCheck,
  GrpcCheck,
  HttpCheck,
} from '../../../src/model/check.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { ProbeAnswer, Prober } from '../../../src/sources/probes/prober.ts';
import { probeTarget, tcpCheck } from './fixtures.ts';

const { intervalMs, timeoutMs, fastIntervalMs, port, source, sweep, settle } = tcpCheck();
const common = { intervalMs, timeoutMs, fastIntervalMs, port, source, sweep, settle };

export function httpCheck(some: Partial<HttpCheck> = {}): HttpCheck {
  const range = { statusFrom: 200, statusTo: 399 };
  return {
    ...common,
    ...range,
    type: 'http',
    path: '/',
    host: null,
    body: null,
    verify: true,
    ...some,
  };
}

export function dnsCheck(some: Partial<DnsCheck> = {}): DnsCheck {
  return {
    ...common,
    type: 'dns',
    name: 'www.test',
    record: 'A',
    rcode: 'NOERROR',
    answer: 'record',
    ...some,
  };
}

export function execCheck(command: readonly string[]): ExecCheck {
  return { ...common, type: 'exec', command, user: null };
}

export function agentCheck(some: Partial<AgentCheck> = {}): AgentCheck {
  return { ...common, type: 'agent', send: null, ...some };
}

export function grpcCheck(some: Partial<GrpcCheck> = {}): GrpcCheck {
  return { ...common, type: 'grpc', service: '', ...some };
}

/** So many probes of a server on loopback by one prober, one after the other, and their answers. */
export async function probeMany(
  t: TestContext,
  prober: Prober,
  to: { readonly port: number; readonly check: Check },
  count: number,
): Promise<ProbeAnswer[]> {
  const waiting: ((answer: ProbeAnswer) => void)[] = [];
  const probe = prober(
    probeTarget(to),
    (answer) => waiting.shift()?.(answer),
    () => {},
  );
  t.after(() => probe.close());
  const answers: ProbeAnswer[] = [];
  while (answers.length < count) {
    const answer = new Promise<ProbeAnswer>((resolve) => waiting.push(resolve));
    probe.start();
    answers.push(await answer);
  }
  return answers;
}

/** One probe of a server on loopback, and its answer, whenever it comes. */
export function probeOnce(
  t: TestContext,
  prober: Prober,
  to: { readonly port: number; readonly check: Check; readonly address?: string },
  notices: Notice[] = [],
): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const probe = prober(probeTarget(to), resolve, (notice) => notices.push(notice));
    t.after(() => probe.close());
    probe.start();
  });
}

/** What a time-out means once `reached` says that the probe came so far; nothing is said after it. */
export async function expired(
  t: TestContext,
  prober: Prober,
  to: { readonly port: number; readonly check: Check },
  reached: () => Promise<unknown>,
): Promise<ProbeAnswer | null> {
  const probe = prober(
    probeTarget(to),
    () => assert.fail('answered'),
    () => {},
  );
  t.after(() => probe.close());
  const there = reached();
  probe.start();
  await there;
  return probe.expire();
}
