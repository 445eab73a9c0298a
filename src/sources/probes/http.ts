import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpCheck } from '../../model/check.ts';
import type { Pattern } from '../../model/pattern.ts';
import type { Notice } from '../../model/notice.ts';
import { connectTcp, dropTcp, type TcpEndpoint } from '../../platform/sockets.ts';
import { CertificateWatch, connectTls } from './certificate.ts';
import { ANSWER_MAX_BYTES } from './expect.ts';
import { explainHttp } from './http-errors.ts';
import {
  checkOfType,
  endpointOf,
  late,
  UP,
  type ProbeAnswer,
  type Probe,
  type Prober,
  type ProbeTarget,
} from './prober.ts';

/** Status line and headers together. */
export const HEADERS_MAX_BYTES = 16 * 1024;

/**
 * Gets one path over HTTP/1.1 on a fresh connection, which is reset as soon as the answer is
 * known: without `body` that is when the headers have come, with it when the whole body or its
 * first 64 KiB have. Redirects are not followed: a status of 302 is one of 200-399.
 */
export const httpProber: Prober = (target, answered, notify) =>
  new HttpProbe(target, checkOfType(target, 'http', 'https'), answered, notify);

/** What is in flight. */
interface Exchange {
  readonly request: ClientRequest;
  readonly tcp: Socket;
}

class HttpProbe implements Probe {
  readonly #to: TcpEndpoint;
  readonly #check: HttpCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  /** The same for each probe, so computed once. */
  readonly #headers: Readonly<Record<string, string>>;
  readonly #certificates: CertificateWatch;
  #exchange: Exchange | null = null;

  constructor(
    target: ProbeTarget,
    check: HttpCheck,
    answered: (answer: ProbeAnswer) => void,
    notify: (notice: Notice) => void,
  ) {
    const { address, port } = target;
    this.#to = endpointOf(target);
    this.#check = check;
    this.#answered = answered;
    this.#headers = {
      host: check.host ?? hostOf(check, address, port),
      'user-agent': 'routevane',
      accept: '*/*',
      connection: 'close',
    };
    this.#certificates = new CertificateWatch(target.key, notify);
  }

  start(): void {
    const tcp = connectTcp(this.#to);
    // Before TLS takes it over, and after it was dropped, an error has no other listener.
    tcp.on('error', () => {});
    const exchange = { tcp, request: this.#request(tcp) };
    this.#exchange = exchange;
    exchange.request.on('response', (response) => this.#responded(exchange, response));
    exchange.request.on('error', (error) =>
      this.#end(exchange, explainHttp(error, this.#to.source)),
    );
    // A switch of protocols is an answer like any other, of which nothing is read.
    exchange.request.on('upgrade', ({ statusCode }) =>
      this.#end(exchange, this.#judgeStatus(statusCode ?? 0) ?? UP),
    );
    exchange.request.end();
  }

  expire(): ProbeAnswer {
    const answer = late(this.#exchange?.tcp ?? null, this.#check.timeoutMs);
    this.cancel();
    return answer;
  }

  cancel(): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null) return;
    dropTcp(exchange.tcp);
    exchange.request.destroy();
  }

  close(): void {
    this.cancel();
  }

  #request(tcp: Socket): ClientRequest {
    return request({
      method: 'GET',
      path: this.#check.path,
      headers: this.#headers,
      maxHeaderSize: HEADERS_MAX_BYTES,
      createConnection: () => (this.#check.type === 'https' ? this.#secure(tcp) : tcp),
    });
  }

  #secure(tcp: Socket): TLSSocket {
    const { host, verify } = this.#check;
    const name = host === null ? null : withoutPort(host);
    const tls = connectTls(tcp, this.#to.address, name, verify);
    tls.once('secureConnect', () => this.#certificates.seen(tls));
    return tls;
  }

  #responded(exchange: Exchange, response: IncomingMessage): void {
    const bad = this.#judgeStatus(response.statusCode ?? 0);
    const { body } = this.#check;
    if (bad !== null || body === null) {
      this.#end(exchange, bad ?? UP);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const judge = (): void => {
      const text = Buffer.concat(chunks).toString('utf8', 0, ANSWER_MAX_BYTES);
      this.#end(exchange, judgeBody(body, text));
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_MAX_BYTES) judge();
    });
    response.on('end', judge);
    response.on('error', (error) => this.#end(exchange, explainHttp(error, this.#to.source)));
  }

  #judgeStatus(status: number): ProbeAnswer | null {
    const { statusFrom, statusTo } = this.#check;
    return status >= statusFrom && status <= statusTo
      ? null
      : { state: 'down', reason: `status ${status}` };
  }

  #end(exchange: Exchange, answer: ProbeAnswer): void {
    if (exchange !== this.#exchange) return;
    this.cancel();
    this.#answered(answer);
  }
}

function judgeBody(body: Pattern, text: string): ProbeAnswer {
  if (body.test(text)) return UP;
  return {
    state: 'down',
    reason: `the body does not match ${`/${body.source}/${body.flags}`.slice(0, 80)}`,
  };
}

function hostOf({ type }: HttpCheck, address: string, port: number): string {
  const host = isIPv6(address) ? `[${address}]` : address;
  return port === (type === 'https' ? 443 : 80) ? host : `${host}:${port}`;
}

/** `www.example.net:8443` and `[2001:db8::1]:8443`, without the port and the brackets. */
function withoutPort(host: string): string {
  if (isIP(host) !== 0) return host;
  return host.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
}
