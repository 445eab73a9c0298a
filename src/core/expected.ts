/**
 * Returns a value that must be there; throws where it is not, which only a bug in the core can cause.
 *
 * @param what the value, for the text of the error.
 * @param name whose it is. Apart from `what`, so that no text is built while all is well.
 */
export function expected<T>(value: T | null | undefined, what: string, name?: string): T {
  if (value !== null && value !== undefined) return value;
  throw new Error(`bug: expected ${what}${name === undefined ? '' : `: ${name}`}`);
}
