import { createSecureContext, type ConnectionOptions } from 'node:tls';

/** PEM texts for an ssl remote. */
export interface TlsOptions {
  /** The CA that signed the server's certificate; no other is trusted. */
  readonly ca: string | Buffer;
  /** Our own certificate and key: ovsdb-server asks for them by default. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

export type TlsSettings = Pick<
  ConnectionOptions,
  'secureContext' | 'rejectUnauthorized' | 'checkServerIdentity'
>;

/**
 * The certificates that ovs-pki makes carry no host name (no subjectAltName), so
 * there is no name to compare. What proves the server is the pinned CA alone,
 * which must therefore be a private one: with a public CA anybody's certificate
 * would do. Throws a TypeError for what is no PEM, or a key of another certificate.
 */
export function tlsSettings({ ca, cert, key }: TlsOptions): TlsSettings {
  const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  try {
    return {
      secureContext: createSecureContext({ ca, ...own }),
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    };
  } catch (error) {
    throw new TypeError('the option tls: unusable ca, cert or key', { cause: error });
  }
}
