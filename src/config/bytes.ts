import { bad, good, type Parsed } from './parse/result.ts';

/** A file for 20,000 real servers and 10,000 routes has about 2 MiB. */
const FILE_MAX_BYTES = 4 * 1024 * 1024;

/** The bytes of a file → its text. */
export function decodeFile(bytes: Uint8Array): Parsed<string> {
  if (bytes.length > FILE_MAX_BYTES) {
    return bad(
      `the file is larger than 4 MiB (${bytes.length} bytes): a configuration has at most 4 MiB`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bad('the file is not UTF-8: save it as UTF-8');
  }
  if (text.includes('\0')) return bad('the file contains a NUL character: it is not a text file');
  return good(text);
}
