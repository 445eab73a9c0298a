import type { Expect } from '../../model/check.ts';
import type { ProbeAnswer } from './prober.ts';

/** What is kept of an answer at most. */
export const ANSWER_MAX_BYTES = 64 * 1024;
/** What is shown of an answer that was not the expected one. */
const SHOWN_MAX_CHARS = 40;

/** Whether an answer is what was expected; an expectation of nothing is always met. */
export function matches(expect: Expect, answer: Buffer): boolean {
  switch (expect.kind) {
    case 'none':
      return true;
    case 'bytes':
      return answer.includes(bufferOf(expect.bytes));
    case 'regex':
      // As text first; byte for byte where the answer is not UTF-8 or the pattern means bytes.
      return (
        expect.regex.test(answer.toString('utf8')) || expect.regex.test(answer.toString('latin1'))
      );
    default:
      return expect satisfies never;
  }
}

/** The same memory: nothing is copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Shows the beginning of an answer in printable ASCII: nothing of it can forge a log line. */
export function unexpected(answer: Buffer): ProbeAnswer {
  const text = answer.toString('latin1', 0, SHOWN_MAX_CHARS + 1).replaceAll(/[^\x20-\x7e]/g, '.');
  const shown = text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
  return { state: 'down', reason: `unexpected answer "${shown}"` };
}
