import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { failed, socketOption, socketPath, unreachable } from './admin-client.ts';
import { exitCode, type Command } from './command.ts';
import { isRecord, type JsonRecord } from './loose-json.ts';
import { printable } from './printable.ts';
import { watchLine } from './watch-text.ts';

const retryMinMs = 250;
const retryMaxMs = 5_000;
const handshakeMaxMs = 10_000;
const messageMaxBytes = 64 << 20;

/** `routevane watch`: what happens, as it happens, until Ctrl-C. */
export const watch: Command = {
  name: 'watch',
  usage: '[--json] [--socket PATH]',
  does: 'the live stream of observations, changes, decisions and actions; connects again by itself',
  example: 'routevane watch',
  options: { ...socketOption, json: { type: 'boolean' } },
  async run(options) {
    const socket = socketPath(options);
    const show = options['json'] === true ? showJson : showLine;
    // Whoever reads us has seen enough (`| head`).
    process.stdout.once('error', () => process.exit(exitCode.ok));
    let waitMs = retryMinMs;
    for (let isFirst = true; ; isFirst = false) {
      const end = await follow(socket, show);
      if (isFirst && !end.wasOpen) return failed(end.reason);
      if (end.wasOpen) {
        process.stderr.write(`routevane: ${printable(end.reason)}: connecting again\n`);
        waitMs = retryMinMs;
      }
      await sleep(waitMs);
      waitMs = Math.min(waitMs * 2, retryMaxMs);
    }
  },
};

interface End {
  readonly wasOpen: boolean;
  readonly reason: string;
}

/** Shows one connection's messages. Resolves when it has ended. */
async function follow(socket: string, show: (text: string) => void): Promise<End> {
  const stream = new WebSocket(`ws+unix:${socket}:/api/v1/stream`, {
    handshakeTimeout: handshakeMaxMs,
    maxPayload: messageMaxBytes,
    perMessageDeflate: false,
  });
  let wasOpen = false;
  let failure: Error | null = null;
  stream.on('open', () => (wasOpen = true));
  stream.on('error', (error) => (failure = error));
  stream.on('message', (data: Buffer) => show(data.toString('utf8')));
  const [code, reason]: unknown[] = await once(stream, 'close');
  if (failure !== null) return { wasOpen, reason: unreachable(socket, failure) };
  return { wasOpen, reason: `the daemon closed the stream (${String(code)} ${String(reason)})` };
}

function showJson(text: string): void {
  process.stdout.write(`${text}\n`);
}

function showLine(text: string): void {
  const message = parse(text);
  if (message !== null) process.stdout.write(`${watchLine(message)}\n`);
}

function parse(text: string): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
