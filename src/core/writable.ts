/**
 * The fields that one file may write. Elsewhere all fields of a node are `readonly`; a test makes
 * sure that no field is opened in two files, so each has one place where it changes.
 */
export type Writable<Node, Field extends keyof Node> = Omit<Node, Field> & {
  -readonly [K in Field]: Node[K];
};
