/** Whether ovs-vswitchd runs. Without it, its database stays at `up` for ever. */
export type VswitchdState =
  /** Nothing came from it yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'alive'; readonly doubt: Doubt | null };

/**
 * It was lost and is back: a row that did not change since `fromMs` may be stale, until `untilMs`,
 * by when vswitchd has written it anew.
 */
export interface Doubt {
  readonly fromMs: number;
  readonly untilMs: number;
}
