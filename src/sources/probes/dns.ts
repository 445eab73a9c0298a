import { Resolver } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { DnsCheck } from '../../model/check.ts';
import { descriptorError } from '../../platform/descriptors.ts';
import { errorText } from './error-text.ts';
import {
  checkOfType,
  noAnswer,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

/** The names of c-ares for what a server answered. */
const RCODES: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'NXDOMAIN'],
  ['ESERVFAIL', 'SERVFAIL'],
  ['EREFUSED', 'REFUSED'],
  ['EFORMERR', 'FORMERR'],
  ['ENOTIMP', 'NOTIMP'],
]);

/**
 * Queries a server for one record over UDP (over TCP where the answer was truncated). It is up when it
 * answers with `rcode`; NOERROR must also bring a record of the type (but for `answer: any`),
 * because a server that lost its zones may well answer so, with nothing in it.
 */
export const dnsProber: Prober = (target, answered) =>
  new DnsProbe(target, checkOfType(target, 'dns'), answered);

class DnsProbe implements Probe {
  readonly #target: ProbeTarget;
  readonly #check: DnsCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  /** Of the question in flight: a fresh one each time has a fresh port and no memory of servers. */
  #resolver: Resolver | null = null;

  constructor(target: ProbeTarget, check: DnsCheck, answered: (answer: ProbeAnswer) => void) {
    this.#target = target;
    this.#check = check;
    this.#answered = answered;
  }

  start(): void {
    const { name, record, timeoutMs } = this.#check;
    // It repeats the query after a third of the time, in case a datagram was lost; the time-out is ours.
    const resolver = new Resolver({ timeout: Math.max(1, Math.ceil(timeoutMs / 3)), tries: 3 });
    this.#resolver = resolver;
    // c-ares reports a refusal by the server where it got no descriptor to query with.
    const none = descriptorError();
    if (none !== null) {
      process.nextTick(() => this.#end(resolver, errorText(none, null)));
      return;
    }
    try {
      this.#aim(resolver);
      resolver.resolve(name, record, (error) => {
        this.#end(resolver, error === null ? this.#judge('NOERROR') : this.#failed(error));
      });
    } catch (error) {
      // Of a name that no question can be made of.
      process.nextTick(() => this.#end(resolver, unasked(error)));
    }
  }

  expire(): ProbeAnswer {
    this.cancel();
    return noAnswer(this.#check.timeoutMs);
  }

  cancel(): void {
    const resolver = this.#resolver;
    this.#resolver = null;
    resolver?.cancel();
  }

  close(): void {
    this.cancel();
  }

  #aim(resolver: Resolver): void {
    const { address, port } = this.#target;
    const { source } = this.#check;
    resolver.setServers([isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`]);
    if (source === null) return;
    if (isIPv6(source)) resolver.setLocalAddress('0.0.0.0', source);
    else resolver.setLocalAddress(source);
  }

  #failed(error: NodeJS.ErrnoException): ProbeAnswer {
    const { code = '' } = error;
    const rcode = RCODES.get(code);
    if (rcode !== undefined) return this.#judge(rcode);
    switch (code) {
      case 'ENODATA': {
        const { name, record, rcode: wanted, answer } = this.#check;
        return wanted !== 'NOERROR' || answer === 'any'
          ? this.#judge('NOERROR')
          : { state: 'down', reason: `no ${record} record of ${name}` };
      }
      case 'ETIMEOUT':
        return noAnswer(this.#check.timeoutMs);
      case 'EBADRESP':
        return { state: 'down', reason: 'the answer is not a valid DNS message' };
      case 'EBADNAME':
      case 'EBADQUERY':
        return { state: 'lost', reason: `${this.#check.name} is not a valid domain name` };
      default:
        return errorText(descriptorError() ?? error, this.#check.source);
    }
  }

  #judge(rcode: string): ProbeAnswer {
    return rcode === this.#check.rcode ? UP : { state: 'down', reason: rcode };
  }

  #end(resolver: Resolver, answer: ProbeAnswer): void {
    if (resolver !== this.#resolver) return;
    this.#resolver = null;
    this.#answered(answer);
  }
}

function unasked(error: unknown): ProbeAnswer {
  const message = error instanceof Error ? error.message : 'unknown error';
  return { state: 'lost', reason: `the DNS query cannot be sent: ${message.slice(0, 80)}` };
}
