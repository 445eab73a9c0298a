/** Returns a value that must be there; throws where it is not, which only a bug in the core can cause. */
export function expected<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`bug: expected ${what}`);
  return value;
}
