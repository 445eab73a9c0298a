import type { OvsdbTlsFiles } from '../../model/config.ts';
import { readRegularFileSync } from '../../platform/safe-file.ts';
import { pidfileErrorCode } from './pidfile.ts';

/** A bundle of all public authorities takes 250 kB. */
const FILE_MAX_BYTES = 1 << 20;

/** What the TLS files of a source hold, or which one cannot be read. */
export type TlsTexts =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'read';
      readonly ca: string;
      readonly cert: string | null;
      readonly key: string | null;
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads them anew: certificates are replaced while the program runs. */
export function readTls(files: OvsdbTlsFiles | null): TlsTexts {
  if (files === null) return { kind: 'none' };
  try {
    return {
      kind: 'read',
      ca: read(files.caCert),
      cert: files.certificate === null ? null : read(files.certificate),
      key: files.privateKey === null ? null : read(files.privateKey),
    };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

function read(path: string): string {
  try {
    return readRegularFileSync(path, FILE_MAX_BYTES, 'follow').toString('utf8');
  } catch (error) {
    throw new Error(`cannot read ${path} (${pidfileErrorCode(error)})`, { cause: error });
  }
}
