import { closeSync } from 'node:fs';
import type { PastSpan, ReadPast } from '../../model/past.ts';
import { messageOf } from '../../platform/error.ts';
import { journalLines, openNewest, type OpenFile } from './files.ts';
import { Problems } from './problems.ts';
import { Scan } from './scan.ts';
import { ShownEvents } from './shown-events.ts';

/** The loop is given back after this long: a probe's answer must not wait for a page. */
const SLICE_MS = 4;
/** Lines between two looks at the clock. */
const LOOK_LINES = 64;
/** Reading stops after this time: a disk that hangs must not keep the page waiting. */
const READ_MAX_MS = 5000;

/** Reads the journal at this path in slices, so that the daemon's other work goes on. */
export function journalPast(path: string): ReadPast {
  return async (span, take, signal) => {
    const problems = new Problems();
    const { files, problem } = openNewest(path, span.fromWallMs);
    if (problem !== null) problems.add(problem);
    const tooLate = AbortSignal.any([signal, AbortSignal.timeout(READ_MAX_MS)]);
    const aborted = new Promise<void>((resolve) => {
      tooLate.addEventListener('abort', () => resolve());
    });
    const shown = new ShownEvents(span, take, problems);
    await Promise.race([read(files, span, shown, problems, tooLate), aborted]);
    if (tooLate.aborted) problems.add(`${path}: not read within ${READ_MAX_MS} ms`);
    return problems.words();
  };
}

/** The newest file first, because it may be all that is wanted; what they show, oldest first. */
async function read(
  files: readonly OpenFile[],
  span: PastSpan,
  shown: ShownEvents,
  problems: Problems,
  signal: AbortSignal,
): Promise<void> {
  const slices = new Slices(signal);
  const scans: Scan[] = [];
  const rest = [...files];
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (signal.aborted || scans[0]?.isFull === true) {
      closeSync(file.fd);
      continue;
    }
    const scan = new Scan(file.path, span, problems);
    scans.unshift(scan);
    try {
      await scanFile(file, scan, slices);
    } catch (error) {
      problems.add(`${file.path}: ${messageOf(error)}`);
    }
  }
  for (const scan of scans) {
    for (const candidate of scan.candidates()) {
      if (signal.aborted) return;
      shown.show(candidate, scan);
      if (slices.isOver()) await slices.next();
    }
  }
}

async function scanFile(file: OpenFile, scan: Scan, slices: Slices): Promise<void> {
  let count = 0;
  for await (const lines of journalLines(file)) {
    for (const line of lines) {
      if (slices.isAborted) return;
      scan.line(line);
      count += 1;
      if (count % LOOK_LINES === 0 && slices.isOver()) await slices.next();
    }
    // The next chunk may be here already.
    await slices.next();
  }
  scan.end();
}

/** Pieces of work with room for others between them. */
class Slices {
  readonly #signal: AbortSignal;
  #endMs = performance.now() + SLICE_MS;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isAborted(): boolean {
    return this.#signal.aborted;
  }

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  async next(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#endMs = performance.now() + SLICE_MS;
  }
}
