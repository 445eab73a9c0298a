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
const patienceMs = 30_000;

interface Heard {
  readonly events: string[];
  text: string;
  complete: boolean;
  readonly subscription: Subscription;
}

function listen(t: TestContext, transport: Transport): Heard {
  const heard = { events: [] as string[], text: '', complete: false };
  const subscription = transport.events$.subscribe({
    next: (event: TransportEvent) => {
      heard.events.push(event.kind);
      if (event.kind === 'bytes') heard.text += Buffer.from(event.chunk).toString('latin1');
    },
    complete: () => (heard.complete = true),
  });
  t.after(() => subscription.unsubscribe());
  return Object.assign(heard, { subscription });
}

describe('stdin and stdout', () => {
  test('pass bytes both ways, and end when stdin does', async (t) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const transport = stdioTransport(stdin, stdout);
    const heard = listen(t, transport);
    transport.write('version\n');
    assert.equal(String(stdout.read()), 'version\n');
    stdin.write('done\n');
    await until(() => heard.text === 'done\n', patienceMs, 'bytes');
    stdin.end();
    await until(() => heard.complete, patienceMs, 'complete');
    assert.deepEqual(heard.events, ['opened', 'bytes', 'closed']);
  });

  test('a reader that is gone is the end, not an exception', async (t) => {
    const child = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] });
    const transport = stdioTransport(new PassThrough(), child.stdin);
    const heard = listen(t, transport);
    await until(() => child.exitCode !== null, patienceMs, 'the reader is gone');
    transport.write('announce\n');
    await until(() => heard.complete, patienceMs, 'complete');
    assert.equal(transport.pendingBytes, 0);
  });

  test('a slow reader is noticed, and waited for', async (t) => {
    const stdout = new PassThrough({ highWaterMark: 8 });
    const transport = stdioTransport(null, stdout);
    const heard = listen(t, transport);
    assert.ok(transport.isReady);
    transport.write('0123456789\n');
    assert.equal(transport.isReady, false);
    stdout.resume();
    await until(() => heard.events.includes('drained'), patienceMs, 'drained');
    assert.ok(transport.isReady);
  });

  test('leaves no listener behind', (t) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const heard = listen(t, stdioTransport(stdin, stdout));
    heard.subscription.unsubscribe();
    assert.equal(stdin.listenerCount('data') + stdout.listenerCount('drain'), 0);
  });
});

describe('named pipes', () => {
  test('nobody there blocks nothing, and he is found when he comes', async (t) => {
    const { inPath, outPath } = make(t);
    const transport = pipeTransport(inPath, outPath);
    const heard = listen(t, transport);
    await until(() => heard.events.includes('closed'), patienceMs, 'nobody there');
    assert.equal(transport.isReady, false);
    const exabgp = reader(t, inPath);
    await until(() => transport.isReady, patienceMs, 'opened');
    transport.write('version\n');
    await until(() => exabgp.read() === 'version\n', patienceMs, 'the command');
    for (const line of ['exabgp 4.2.21\n', 'done\n', 'done\n']) answer(outPath, line);
    await until(() => heard.text === 'exabgp 4.2.21\ndone\ndone\n', patienceMs, 'all answers');
    assert.deepEqual(
      heard.events.filter((kind) => kind !== 'bytes'),
      ['closed', 'opened'],
    );
  });

  test('a reader that goes away is noticed without a write, and its successor found', async (t) => {
    const { inPath, outPath, remake } = make(t);
    const first = reader(t, inPath);
    const transport = pipeTransport(inPath, outPath);
    const heard = listen(t, transport);
    await until(() => transport.isReady, patienceMs, 'opened');
    first.close();
    await until(() => heard.events.at(-1) === 'closed', patienceMs, 'gone');
    remake();
    reader(t, inPath);
    await until(() => heard.events.at(-1) === 'opened', patienceMs, 'opened again');
    remake();
    reader(t, inPath);
    await until(
      () => heard.events.filter((k) => k === 'opened').length === 3,
      patienceMs,
      'made anew',
    );
    assert.equal(heard.complete, false);
  });

  test('a file that is no pipe is not written to', async (t) => {
    const { inPath, outPath } = make(t);
    rmSync(inPath);
    execFileSync('touch', [inPath]);
    const heard = listen(t, pipeTransport(inPath, outPath));
    await until(() => heard.events.includes('closed'), patienceMs, 'refused');
  });

  test('unsubscribing closes everything, even half open', async (t) => {
    const { inPath, outPath } = make(t);
    const exabgp = reader(t, inPath);
    const transport = pipeTransport(inPath, outPath);
    listen(t, transport).subscription.unsubscribe();
    const heard = listen(t, transport);
    await until(() => transport.isReady, patienceMs, 'opened');
    heard.subscription.unsubscribe();
    exabgp.close();
    const canWrite = (): boolean => {
      try {
        closeSync(openSync(inPath, constants.O_WRONLY | constants.O_NONBLOCK));
        return true;
      } catch {
        return false;
      }
    };
    await until(() => !canWrite(), patienceMs, 'nobody holds the pipe');
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
