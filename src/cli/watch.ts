import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { failed, readAnswer, socketOption, socketPath, unreachableText } from './admin-client.ts';
import { Backoff } from '../platform/backoff.ts';
import { streamMessage } from '../protocol/api-events.ts';
import { fitted } from '../protocol/api-read.ts';
import { exitCode, type Command } from './command.ts';
import { withoutControls } from '../protocol/printable.ts';
import { watchLine } from './watch-text.ts';

const RETRY = { minMs: 250, maxMs: 5_000 };
const HANDSHAKE_MAX_MS = 10_000;
const MESSAGE_MAX_BYTES = 64 << 20;

/** `routevane watch`: what happens, as it happens, until Ctrl-C. */
export const watch: Command = {
  name: 'watch',
  usage: '[--json] [--socket PATH]',
  does: 'the live stream of observations, changes, decisions and actions; reconnects when it breaks',
  example: 'routevane watch',
  options: { ...socketOption, json: { type: 'boolean' } },
  async run(options) {
    const socket = socketPath(options);
    const show = options['json'] === true ? showJson : showLine;
    // Whoever reads us has seen enough (`| head`).
    process.stdout.once('error', () => process.exit(exitCode.ok));
    const backoff = new Backoff(RETRY);
    for (let isFirst = true; ; isFirst = false) {
      const end = await follow(socket, show);
      if (isFirst && !end.wasOpen) return failed(end.reason);
      if (end.wasOpen) {
        process.stderr.write(`routevane: ${withoutControls(end.reason)}; connecting again\n`);
        backoff.reset();
      }
      await sleep(backoff.next());
    }
  },
};

interface End {
  readonly wasOpen: boolean;
  readonly reason: string;
}

/** Shows one connection's messages. Resolves when it has ended. */
async function follow(socket: string, show: (text: string) => void): Promise<End> {
  // Only here: what else asks a daemon starts a good deal faster without it.
  const { WebSocket } = await import('ws');
  const stream = new WebSocket(`ws+unix:${socket}:/api/v1/stream`, {
    handshakeTimeout: HANDSHAKE_MAX_MS,
    maxPayload: MESSAGE_MAX_BYTES,
    perMessageDeflate: false,
  });
  return new Promise((resolve) => {
    let wasOpen = false;
    let failure: Error | null = null;
    stream.on('open', () => (wasOpen = true));
    stream.on('message', (data: Buffer) => show(data.toString('utf8')));
    // `close` comes after it, always.
    stream.on('error', (error) => (failure = error));
    stream.on('close', (code, reason) => {
      resolve({
        wasOpen,
        reason: failure === null ? endText(code, reason) : unreachableText(socket, failure),
      });
    });
    stream.on('unexpected-response', (request, response) => {
      resolve(refusalOf(response).then((reason) => ({ wasOpen, reason })));
      response.once('close', () => request.destroy());
    });
  });
}

/** Why the daemon refused the stream, as its answer has it. */
async function refusalOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) text += String(chunk);
  } catch {
    // What came before the connection broke may do.
  }
  const answer = readAnswer(response.statusCode ?? 0, text);
  return answer.ok ? `the daemon answered ${response.statusCode ?? 0}` : answer.message;
}

function endText(code: number, reason: Buffer): string {
  const words = [String(code), reason.toString('utf8')].filter((word) => word !== '').join(' ');
  return `the daemon closed the stream (${words})`;
}

function showJson(text: string): void {
  process.stdout.write(`${text}\n`);
}

function showLine(text: string): void {
  const message = parse(text);
  // An event that this version does not know is shown as it came.
  const line = message.ok ? watchLine(message.value) : withoutControls(text);
  process.stdout.write(`${line}\n`);
}

function parse(text: string): ReturnType<typeof fitted<typeof streamMessage>> {
  try {
    return fitted(streamMessage, JSON.parse(text));
  } catch {
    return { ok: false, message: 'not JSON' };
  }
}
