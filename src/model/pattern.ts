/** A compiled regular expression that takes time linear in the text, whatever its pattern. */
export interface Pattern {
  /** As written between the slashes. */
  readonly source: string;
  /** Any of `i`, `m`, `s` and `u`. */
  readonly flags: string;
  /** Whether any part of the text matches. */
  readonly test: (text: string) => boolean;
}
