/** What is known of ovs-vswitchd: a database that nobody writes any more says `up` for ever. */
export type VswitchdState =
  /** It was not heard yet, and still may be. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'alive'; readonly doubt: Doubt | null };

/**
 * It was lost and is back: what the database held at `fromMs` and holds still is of
 * the time before, until `untilMs`, when it would have been written anew.
 */
export interface Doubt {
  readonly fromMs: number;
  readonly untilMs: number;
}
