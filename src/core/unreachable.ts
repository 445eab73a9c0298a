/** The end of an exhaustive switch: the compiler proves that nothing comes here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
