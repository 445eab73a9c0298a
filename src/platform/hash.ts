import { createHash } from 'node:crypto';

/** Hashes that were computed elsewhere already, as in another thread. */
const known = new WeakMap<object, string>();

/** Sets what `hashOf` returns for this very value, which must not change. */
export function knowHash(value: object, hash: string): void {
  known.set(value, hash);
}

/**
 * A short name for a value of plain data and bytes: the same for the same data in the
 * same order, another for any other. 16 hexadecimal digits of SHA-256.
 */
export function hashOf(value: unknown): string {
  const hash = typeof value === 'object' && value !== null ? known.get(value) : undefined;
  if (hash !== undefined) return hash;
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return `bytes ${Buffer.from(part).toString('hex')}`;
    return part;
  });
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}
