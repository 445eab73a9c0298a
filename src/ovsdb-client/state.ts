/** Where a client stands. */
export type ClientState =
  /** Not started. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  /** Connected; the server has not answered yet. */
  | { readonly kind: 'negotiating' }
  /** Requests work; at least one monitor is not current. */
  | { readonly kind: 'monitoring' }
  /** Requests work and every monitor is current. */
  | { readonly kind: 'synced' }
  /** Not connected, for `reason`; the next try is in `retryMs`. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly retryMs: number }
  /** For good. */
  | { readonly kind: 'closed' };
