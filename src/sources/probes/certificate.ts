import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Notice } from '../../model/notice.ts';

/** A certificate that ends sooner than this is worth a warning. */
export const EXPIRES_SOON_DAYS = 14;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Begins TLS over a connection. Its certificate is verified for `name`, or for the address
 * where there is none; an address is never sent as server name (RFC 6066).
 */
export function connectTls(
  tcp: Socket,
  address: string,
  name: string | null,
  verify: boolean,
): TLSSocket {
  const expected = name ?? address;
  return connect({
    socket: tcp,
    host: expected,
    servername: isIP(expected) === 0 ? expected : '',
    rejectUnauthorized: verify,
    ALPNProtocols: ['http/1.1'],
  });
}

/** Warns, once for each certificate, that one of a server is about to expire. */
export class CertificateWatch {
  readonly #key: string;
  readonly #notify: (notice: Notice) => void;
  #validTo = '';

  constructor(key: string, notify: (notice: Notice) => void) {
    this.#key = key;
    this.#notify = notify;
  }

  /** Reads the peer's certificate; nearly free where it is the one that was seen last. */
  seen(tls: TLSSocket): void {
    const { valid_to: validTo } = tls.getPeerCertificate();
    if (validTo === undefined || validTo === this.#validTo) return;
    const leftMs = Date.parse(validTo) - Date.now();
    if (!(leftMs < EXPIRES_SOON_DAYS * DAY_MS)) return;
    this.#validTo = validTo;
    const when = leftMs < 0 ? 'expired' : `expires in ${Math.floor(leftMs / DAY_MS)} days`;
    this.#notify({
      level: 'warn',
      event: 'certificate_expires',
      message: `the certificate of ${this.#key} ${when}, at ${new Date(validTo).toISOString()}`,
    });
  }
}
