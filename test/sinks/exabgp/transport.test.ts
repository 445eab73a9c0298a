import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, describe, test } from 'node:test';
import type { Subscription } from 'rxjs';
import { pipeTransport } from '../../../src/sinks/exabgp/pipe.ts';
import { stdioTransport } from '../../../src/sinks/exabgp/stdio.ts';
import type { Transport, TransportEvent } from '../../../src/sinks/exabgp/transport.ts';
import { until } from '../../e2e/until.ts';

/** Only a failure takes so long. */
const TIMEOUT_MS = 30_000;

interface Received {
  readonly events: string[];
  text: string;
  complete: boolean;
  readonly subscription: Subscription;
}

function listen(t: TestContext, transport: Transport): Received {
  const received = { events: [] as string[], text: '', complete: false };
  const subscription = transport.events$.subscribe({
    next: (event: TransportEvent) => {
      received.events.push(event.kind);
      if (event.kind === 'bytes') received.text += Buffer.from(event.chunk).toString('latin1');
    },
    complete: () => (received.complete = true),
  });
  t.after(() => subscription.unsubscribe());
  return Object.assign(received, { subscription });
}

describe('stdin and stdout', () => {
  test('pass bytes both ways, and end when stdin does', async (t) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const transport = stdioTransport(stdin, stdout);
    const received = listen(t, transport);
    transport.write('version\n');
    assert.equal(String(stdout.read()), 'version\n');
    stdin.write('done\n');
    await until(() => received.text === 'done\n', TIMEOUT_MS, 'bytes');
    stdin.end();
    await until(() => received.complete, TIMEOUT_MS, 'complete');
    assert.deepEqual(received.events, ['opened', 'bytes', 'closed']);
  });

  test('a reader that is gone is the end, not an exception', async (t) => {
    const child = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] });
    const transport = stdioTransport(new PassThrough(), child.stdin);
    const received = listen(t, transport);
    await until(() => child.exitCode !== null, TIMEOUT_MS, 'the reader is gone');
    transport.write('announce\n');
    await until(() => received.complete, TIMEOUT_MS, 'complete');
    assert.equal(transport.pendingBytes, 0);
  });

  test('a slow reader is noticed, and waited for', async (t) => {
    const stdout = new PassThrough({ highWaterMark: 8 });
    const transport = stdioTransport(null, stdout);
    const received = listen(t, transport);
    assert.ok(transport.isReady);
    transport.write('0123456789\n');
    assert.equal(transport.isReady, false);
    stdout.resume();
    await until(() => received.events.includes('drained'), TIMEOUT_MS, 'drained');
    assert.ok(transport.isReady);
  });

  test('leaves no listener behind', (t) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const received = listen(t, stdioTransport(stdin, stdout));
    received.subscription.unsubscribe();
    assert.equal(stdin.listenerCount('data') + stdout.listenerCount('drain'), 0);
  });
});

describe('named pipes', () => {
  test('a missing reader blocks nothing, and is found when it comes', async (t) => {
    const { inPath, outPath } = make(t);
    const transport = pipeTransport(inPath, outPath);
    const received = listen(t, transport);
    await until(() => received.events.includes('closed'), TIMEOUT_MS, 'no reader');
    assert.equal(transport.isReady, false);
    const exabgp = reader(t, inPath);
    await until(() => transport.isReady, TIMEOUT_MS, 'opened');
    transport.write('version\n');
    await until(() => exabgp.read() === 'version\n', TIMEOUT_MS, 'the command');
    for (const line of ['exabgp 4.2.21\n', 'done\n', 'done\n']) answer(outPath, line);
    await until(() => received.text === 'exabgp 4.2.21\ndone\ndone\n', TIMEOUT_MS, 'all answers');
    assert.deepEqual(
      received.events.filter((kind) => kind !== 'bytes'),
      ['closed', 'opened'],
    );
  });

  test('a reader that goes away is noticed without a write, and its successor found', async (t) => {
    const { inPath, outPath, remake } = make(t);
    const first = reader(t, inPath);
    const transport = pipeTransport(inPath, outPath);
    const received = listen(t, transport);
    await until(() => transport.isReady, TIMEOUT_MS, 'opened');
    first.close();
    await until(() => received.events.at(-1) === 'closed', TIMEOUT_MS, 'gone');
    remake();
    reader(t, inPath);
    await until(() => received.events.at(-1) === 'opened', TIMEOUT_MS, 'opened again');
    remake();
    reader(t, inPath);
    await until(
      () => received.events.filter((k) => k === 'opened').length === 3,
      TIMEOUT_MS,
      'made anew',
    );
    assert.equal(received.complete, false);
  });

  test('a file that is no pipe is not written to', async (t) => {
    const { inPath, outPath } = make(t);
    rmSync(inPath);
    execFileSync('touch', [inPath]);
    const received = listen(t, pipeTransport(inPath, outPath));
    await until(() => received.events.includes('closed'), TIMEOUT_MS, 'refused');
  });

  test('unsubscribing closes everything, even half open', async (t) => {
    const { inPath, outPath } = make(t);
    const exabgp = reader(t, inPath);
    const transport = pipeTransport(inPath, outPath);
    listen(t, transport).subscription.unsubscribe();
    const received = listen(t, transport);
    await until(() => transport.isReady, TIMEOUT_MS, 'opened');
    received.subscription.unsubscribe();
    exabgp.close();
    const canWrite = (): boolean => {
      try {
        closeSync(openSync(inPath, constants.O_WRONLY | constants.O_NONBLOCK));
        return true;
      } catch {
        return false;
      }
    };
    await until(() => !canWrite(), TIMEOUT_MS, 'the pipe is closed');
    assert.equal(transport.isReady, false);
  });
});

function make(t: TestContext): { inPath: string; outPath: string; remake: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-pipes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [inPath, outPath] = [join(folder, 'x.in'), join(folder, 'x.out')];
  const mkfifo = (): void => void execFileSync('mkfifo', [inPath, outPath]);
  mkfifo();
  return {
    inPath,
    outPath,
    remake: () => {
      rmSync(inPath);
      rmSync(outPath);
      mkfifo();
    },
  };
}

/** Reads commands and answers like ExaBGP: opened for each line and closed again. */
function reader(t: TestContext, inPath: string): { close(): void; read(): string } {
  const fd = openSync(inPath, constants.O_RDWR | constants.O_NONBLOCK);
  let open = true;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  t.after(close);
  return {
    close,
    read: (): string => {
      const buffer = Buffer.alloc(65_536);
      try {
        return buffer.toString('latin1', 0, readSync(fd, buffer));
      } catch {
        // Nothing there yet.
        return '';
      }
    },
  };
}

function answer(outPath: string, text: string): void {
  const fd = openSync(outPath, constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, text);
  closeSync(fd);
}
