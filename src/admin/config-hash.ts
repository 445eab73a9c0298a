import { createHash } from 'node:crypto';
import type { Config } from '../model/config.ts';

/** Digits of the hash that are shown: enough to tell the files of a site apart. */
const digits = 12;

/** Names what a configuration means: comments and order of keys in the file do not matter. */
export function configHash(config: Config): string {
  const text = JSON.stringify(config, (_key, value: unknown) => {
    if (value instanceof RegExp) return String(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
