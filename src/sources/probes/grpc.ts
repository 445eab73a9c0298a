import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { isIPv6, type Socket } from 'node:net';
import type { GrpcCheck } from '../../model/check.ts';
import { connectTcp, dropTcp, type TcpEndpoint } from '../../platform/sockets.ts';
import {
  HEALTH_CHECK_PATH,
  healthRequest,
  readHealthResponse,
} from '../../protocol/grpc-health.ts';
import { errorText } from './error-text.ts';
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

/** A response has seven bytes. */
const RESPONSE_MAX_BYTES = 1024;

/** The codes of gRPC that a health service may well answer. */
const GRPC_STATUSES: ReadonlyMap<string, string> = new Map([
  ['5', 'the service is not known to the server'],
  ['7', 'permission denied'],
  ['12', 'the server has no health service'],
  ['14', 'unavailable'],
  ['16', 'not authenticated'],
]);

/** Calls grpc.health.v1 over HTTP/2 without TLS, on a fresh connection that is reset after it. */
export const grpcProber: Prober = (target, answered) =>
  new GrpcProbe(target, checkOfType(target, 'grpc'), answered);

interface Exchange {
  readonly tcp: Socket;
  readonly session: ClientHttp2Session;
  readonly received: Buffer[];
}

class GrpcProbe implements Probe {
  readonly #to: TcpEndpoint;
  readonly #authority: string;
  readonly #check: GrpcCheck;
  readonly #answered: (answer: ProbeAnswer) => void;
  readonly #question: Uint8Array;
  #exchange: Exchange | null = null;

  constructor(target: ProbeTarget, check: GrpcCheck, answered: (answer: ProbeAnswer) => void) {
    const { address, port } = target;
    this.#to = endpointOf(target);
    this.#authority = `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
    this.#check = check;
    this.#answered = answered;
    this.#question = healthRequest(check.service);
  }

  start(): void {
    const tcp = connectTcp(this.#to);
    const session = connect(this.#authority, { createConnection: () => tcp });
    const exchange: Exchange = { tcp, session, received: [] };
    this.#exchange = exchange;
    // All of them stay for ever: an error after the end of the probe must not end the process.
    tcp.on('error', (error) => this.#failed(exchange, error));
    session.on('error', (error) => this.#failed(exchange, error));
    session.on('goaway', () => this.#end(exchange, CLOSED));
    session.on('close', () => this.#end(exchange, CLOSED));
    this.#ask(exchange, session);
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
    exchange.session.destroy();
  }

  close(): void {
    this.cancel();
  }

  #ask(exchange: Exchange, session: ClientHttp2Session): void {
    const stream = session.request({
      ':method': 'POST',
      ':path': HEALTH_CHECK_PATH,
      'content-type': 'application/grpc',
      'user-agent': 'routevane',
      te: 'trailers',
    });
    stream.on('error', (error) => this.#failed(exchange, error));
    stream.on('response', (headers) => {
      const status = headers[':status'];
      if (status !== 200) this.#end(exchange, { state: 'down', reason: `HTTP status ${status}` });
      // An error without a message has its status here, and no trailers.
      this.#status(exchange, headers['grpc-status']);
    });
    stream.on('trailers', (trailers) => this.#status(exchange, trailers['grpc-status']));
    stream.on('end', () => this.#judge(exchange));
    this.#read(exchange, stream);
    stream.end(this.#question);
  }

  #read(exchange: Exchange, stream: ClientHttp2Stream): void {
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > RESPONSE_MAX_BYTES) this.#end(exchange, INVALID);
      else exchange.received.push(chunk);
    });
  }

  #status(exchange: Exchange, status: string | readonly string[] | undefined): void {
    if (status === undefined || status === '0') return;
    const code = String(status)
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 3);
    const reason = GRPC_STATUSES.get(code) ?? `gRPC status ${code}`;
    this.#end(exchange, { state: 'down', reason });
  }

  /** The trailers, which hold the status, come before the end. */
  #judge(exchange: Exchange): void {
    const status = readHealthResponse(Buffer.concat(exchange.received));
    if (exchange.received.length === 0) this.#end(exchange, CLOSED);
    else if (status === null) this.#end(exchange, INVALID);
    else this.#end(exchange, status === 'SERVING' ? UP : { state: 'down', reason: status });
  }

  #failed(exchange: Exchange, error: NodeJS.ErrnoException): void {
    this.#end(exchange, answerOf(error, this.#to.source));
  }

  #end(exchange: Exchange, answer: ProbeAnswer): void {
    if (exchange !== this.#exchange) return;
    this.cancel();
    this.#answered(answer);
  }
}

const CLOSED: ProbeAnswer = { state: 'down', reason: 'closed by peer' };
const INVALID: ProbeAnswer = { state: 'down', reason: 'the answer is not a gRPC health response' };

function answerOf(error: NodeJS.ErrnoException, source: string | null): ProbeAnswer {
  if (error.code === 'ERR_HTTP2_ERROR' || error.code === 'ERR_HTTP2_STREAM_ERROR') return INVALID;
  return error.code?.startsWith('ERR_HTTP2_') === true ? CLOSED : errorText(error, source);
}
