/** Ends an exhaustive `switch`: a forgotten case is a compile error at the call. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
