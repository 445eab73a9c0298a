import { errorText } from './error-text.ts';
import type { ProbeAnswer } from './prober.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['CERT_NOT_YET_VALID', 'the certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate is not trusted here'],
  ['CERT_REVOKED', 'the certificate was revoked'],
  ['HPE_HEADER_OVERFLOW', 'the headers are longer than 16 KiB'],
]);

/** The reason text of a failed HTTP exchange. `source`: the configured local address. */
export function explainHttp(error: NodeJS.ErrnoException, source: string | null): ProbeAnswer {
  const code = error.code ?? '';
  const reason = REASONS.get(code);
  if (reason !== undefined) return { state: 'down', reason };
  if (code.startsWith('HPE_')) return { state: 'down', reason: 'the answer is not valid HTTP' };
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return {
      state: 'down',
      reason:
        'TLS handshake failed: the server does not speak TLS, or shares no TLS version or cipher with this node',
    };
  }
  // Node's messages for an orderly close before, or within, the answer.
  if (code === 'ECONNRESET' && error.syscall === undefined) {
    return { state: 'down', reason: 'closed by peer' };
  }
  return errorText(error, source);
}
