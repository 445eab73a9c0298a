import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { nowMs } from '../platform/clock.ts';

/** The kernel reports the end of a pipe in the first of them; two more for good measure. */
const POLLS_MAX = 3;

/** A file answers at once; a device need not. */
const FILE_MAX_MS = 1000;

/**
 * Whether a stream is at its end before anything came: /dev/null, a closed descriptor, a pipe that
 * without a writer. A pipe without data is open, and so is a terminal. Consumes nothing.
 */
export async function isAtEnd(stream: Readable & { readonly isTTY?: boolean }): Promise<boolean> {
  if (stream.isTTY === true) return false;
  const found = { something: false, end: false };
  // At an end `readable` comes as well, with nothing to read.
  const onReadable = (): void => {
    found.something = stream.readableLength > 0;
  };
  const onEnd = (): void => {
    found.end = true;
  };
  stream.on('readable', onReadable).on('end', onEnd).on('error', onEnd);
  const isPipe = stream instanceof Socket;
  const untilMs = nowMs() + FILE_MAX_MS;
  for (let poll = 0; isPipe ? poll < POLLS_MAX : nowMs() < untilMs; poll += 1) {
    if (found.something || found.end) break;
    // The end is only given to those who read, be it nothing.
    stream.read(0);
    await nextLoop();
  }
  stream.off('readable', onReadable).off('end', onEnd).off('error', onEnd);
  // The stream takes note of that in the next turn.
  await nextLoop();
  return found.end;
}
