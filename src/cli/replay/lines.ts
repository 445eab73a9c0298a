import { createReadStream, existsSync } from 'node:fs';

/** A table of 20,000 real servers is a line of a megabyte or two. */
const LINE_MAX_BYTES = 16 * 1024 * 1024;
/** More files than a journal ever has. */
const FILES_MAX = 1000;
const NEWLINE = 0x0a;

export interface JournalLine {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** It has no newline: the process ended while it wrote. */
  readonly isCut: boolean;
}

/** A journal's files, oldest first: `journal.jsonl.7` … `journal.jsonl.1`, `journal.jsonl`. */
export function journalFiles(file: string): readonly string[] {
  const files = [file];
  for (let index = 1; index < FILES_MAX && existsSync(`${file}.${index}`); index += 1) {
    files.unshift(`${file}.${index}`);
  }
  return files;
}

/**
 * Gives `take` every line of a file that is not empty. Rejects where the file cannot be read.
 * A line that is too long is given as the text that it begins with, which is no JSON.
 */
export async function eachLine(file: string, take: (line: JournalLine) => void): Promise<void> {
  let number = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const add = (piece: Buffer): void => {
    if (begunBytes < LINE_MAX_BYTES) begun.push(piece);
    begunBytes += piece.length;
  };
  const end = (isCut: boolean): void => {
    number += 1;
    const [first] = begun;
    const whole = begun.length === 1 && first !== undefined ? first : Buffer.concat(begun);
    if (whole.length > 0) {
      take({ file, number, text: whole.toString('utf8', 0, LINE_MAX_BYTES), isCut });
    }
    begun = [];
    begunBytes = 0;
  };
  const stream: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 1024 * 1024 });
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      end(false);
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (begunBytes > 0) end(true);
}
