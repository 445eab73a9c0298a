import { closeSync } from 'node:fs';
import type { ReadPast } from '../../model/past.ts';
import { messageOf } from '../../platform/error.ts';
import { linesOf, openNewest, type OpenFile } from './files.ts';
import { PastReader } from './reader.ts';

/** The loop is given back after this long: a probe's answer must not wait for a page. */
const sliceMs = 4;
/** What is not read by then stays unread: a disk that hangs keeps nobody waiting longer. */
const readMaxMs = 5000;

/** Reads the journal at this path, beside all else that the daemon does. */
export function journalPast(path: string): ReadPast {
  return (span, take, signal) => {
    const { files, problem } = openNewest(path, span.fromWallMs);
    const reader = new PastReader(span, take);
    const tooLate = AbortSignal.any([signal, AbortSignal.timeout(readMaxMs)]);
    const aborted = new Promise<string>((resolve) => {
      tooLate.addEventListener('abort', () => resolve(`${path}: not read within ${readMaxMs} ms`));
    });
    const ended = read([...files], reader, tooLate);
    return Promise.race([ended.then((error) => problem ?? error ?? reader.problem()), aborted]);
  };
}

/** Resolves with the error of the system where a file cannot be read to its end. */
async function read(
  files: OpenFile[],
  reader: PastReader,
  signal: AbortSignal,
): Promise<string | null> {
  let error: string | null = null;
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    if (signal.aborted) {
      closeSync(file.fd);
      continue;
    }
    try {
      await readOne(file, reader, signal);
    } catch (cause) {
      error ??= `${file.path}: ${messageOf(cause)}`;
    }
  }
  return error;
}

async function readOne(file: OpenFile, reader: PastReader, signal: AbortSignal): Promise<void> {
  reader.begin(file.path);
  let sliceEndMs = performance.now() + sliceMs;
  for await (const lines of linesOf(file)) {
    if (signal.aborted) return;
    for (const line of lines) {
      if (!reader.line(line) || performance.now() < sliceEndMs) continue;
      await nextLoop();
      if (signal.aborted) return;
      sliceEndMs = performance.now() + sliceMs;
    }
    // A chunk took a moment of its own, and the next may be here already.
    await nextLoop();
    sliceEndMs = performance.now() + sliceMs;
  }
}

async function nextLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
