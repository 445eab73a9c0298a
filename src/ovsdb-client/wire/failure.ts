import { isObject } from '../json.ts';
import { oneLine } from '../text.ts';

/** Node's and OpenSSL's codes in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset by the server'],
  ['EPIPE', 'closed by the server'],
  ['ENOENT', 'no such socket'],
  ['EACCES', 'permission denied'],
  ['EAGAIN', 'the server does not accept connections'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ENOTFOUND', 'unknown host name'],
  ['EAI_AGAIN', 'the name server does not answer'],
  ['EPROTOTYPE', 'not a stream socket'],
  ['ENOTSOCK', 'not a socket'],
  ['EMFILE', 'too many open files'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not a TLS server'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not a TLS server'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the server wants a certificate from us'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'the server refuses the TLS handshake'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server does not trust our certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'the server refuses our certificate'],
  ['CERT_HAS_EXPIRED', "the server's certificate has expired"],
  ['CERT_NOT_YET_VALID', "the server's certificate is not valid yet"],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', "the server's certificate is not of the given CA"],
  ['SELF_SIGNED_CERT_IN_CHAIN', "the server's certificate is not of the given CA"],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', "the server's certificate is not of the given CA"],
  ['UNABLE_TO_GET_ISSUER_CERT', "the server's certificate is not of the given CA"],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', "the server's certificate is not of the given CA"],
  ['CERT_SIGNATURE_FAILURE', "the server's certificate is not of the given CA"],
]);

/** Why a socket failed, as a short readable text. */
export function failureInWords(error: unknown): string {
  const code = isObject(error) ? error['code'] : undefined;
  const known = typeof code === 'string' ? WORDS.get(code) : undefined;
  if (known !== undefined) return known;
  const message = error instanceof Error ? error.message : String(error);
  return oneLine(typeof code === 'string' ? `${code}: ${message}` : message);
}
