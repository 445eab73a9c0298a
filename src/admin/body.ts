import type { IncomingMessage } from 'node:http';
import { failure, type HttpReply } from './reply.ts';

/** A drain with a long reason takes 1 kB. */
const BODY_MAX_BYTES = 16_384;

export type Body =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reply: HttpReply };

/** The body as text. How long it may take is the server's time limit of a request. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const tooLarge = {
    ok: false,
    reply: failure(413, 'too_large', `the body of a request is limited to ${BODY_MAX_BYTES} bytes`),
  } as const;
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return tooLarge;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_MAX_BYTES) {
        chunks.push(chunk);
      } else {
        request.pause();
        resolve(tooLarge);
      }
    });
    request.on('end', () => resolve({ ok: true, text: Buffer.concat(chunks).toString('utf8') }));
    request.on('close', () =>
      resolve({ ok: false, reply: failure(400, 'bad_request', 'the request ended early') }),
    );
    request.on('error', () => {});
  });
}
