import { statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { failureAnswer } from '../protocol/api.ts';
import { fitted } from '../protocol/api-read.ts';
import { exitCode, UsageError, type Options } from './command.ts';
import { withoutControls } from '../protocol/printable.ts';
import { cut } from './printable.ts';

/** Where the daemon's unit puts it. */
const DEFAULT_SOCKET = '/run/routevane/admin.sock';

const ANSWER_MAX_MS = 10_000;

/** 20,000 real servers are 6 MB; a node explained is about the same. */
const ANSWER_MAX_BYTES = 64 << 20;

/** A longer name is cut, so that the message after it can be read. */
const NAME_SHOWN_MAX = 100;

/** The option that all commands that ask the daemon have. */
export const socketOption = { socket: { type: 'string' } } as const;

export type ApiAnswer =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
}

/** `--socket PATH`, else `ROUTEVANE_SOCKET`, else the usual place. */
export function socketPath({ socket }: Options): string {
  if (typeof socket === 'string') {
    if (socket === '') throw new UsageError('--socket: expected a path');
    return socket;
  }
  return process.env['ROUTEVANE_SOCKET'] || DEFAULT_SOCKET;
}

/** Asks the daemon. Whatever goes wrong is one line that says what to do. */
export async function ask(socket: string, path: string, how: Ask = {}): Promise<ApiAnswer> {
  const { method = 'GET', body } = how;
  return new Promise((resolve) => {
    const fail = (message: string): void => resolve({ ok: false, message });
    const text = body === undefined ? '' : JSON.stringify(body);
    // Node sets no length for a DELETE with a body.
    const length = Buffer.byteLength(text);
    const headers = { 'content-type': 'application/json', 'content-length': length };
    const request = httpRequest(
      // Without an agent, which would check the host's name for TLS that is not used here.
      { createConnection: () => connect(socket), host: 'localhost', path, method, headers },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > ANSWER_MAX_BYTES) request.destroy(new Error('the answer is too large'));
        });
        response.on('end', () => {
          resolve(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')));
        });
        response.on('error', (error) => fail(unreachableText(socket, error)));
      },
    );
    request.setTimeout(ANSWER_MAX_MS, () => {
      request.destroy(new Error(`no answer within ${ANSWER_MAX_MS / 1000} s`));
    });
    request.on('error', (error) => fail(unreachableText(socket, error)));
    request.end(text);
  });
}

/** One line on stderr, and the exit code. */
export function failed(message: string): number {
  process.stderr.write(`routevane: ${withoutControls(message)}\n`);
  return exitCode.failure;
}

/** The same, of a name that somebody typed. */
export function failedFor(name: string, message: string): number {
  return failed(`${cut(name, NAME_SHOWN_MAX)}: ${message}`);
}

/** Why no daemon answers at this socket, and what to do about it. */
export function unreachableText(socket: string, error: Error): string {
  switch ('code' in error ? error.code : '') {
    case 'ENOENT':
      return (
        `the socket ${socket} does not exist: start routevane run with admin.socket in its ` +
        `configuration, or name another one with --socket or ROUTEVANE_SOCKET`
      );
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
      return isSocket(socket)
        ? `no daemon listens at ${socket}: start routevane run`
        : `${socket} is not a socket: name the admin socket of the daemon with --socket`;
    case 'EACCES':
      return `permission denied for ${socket}: run as root or as a member of its group (admin.group)`;
    case 'EPIPE':
    case 'ECONNRESET':
      return (
        `the daemon closed the connection at ${socket}: ` +
        `it is stopping, too many clients are connected, or it is out of file descriptors: ` +
        `try again, or see its log`
      );
    default:
      return `the daemon is not reachable at ${socket}: ${error.message}`;
  }
}

/** A connect to a regular file is refused like one to a socket that no process listens on. */
function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

/** What the daemon answered, or why it refused. */
export function readAnswer(status: number, text: string): ApiAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, message: `the daemon answered with status ${status} and without JSON` };
  }
  if (status < 400) return { ok: true, text, value };
  const refusal = fitted(failureAnswer, value);
  if (!refusal.ok) return { ok: false, message: `the daemon answered with status ${status}` };
  const { message, nearest } = refusal.value.error;
  return {
    ok: false,
    message: nearest === null ? message : `${message}: did you mean ${nearest}?`,
  };
}
