import type { Config } from './config.ts';

/** What reaches the core beside observations. */
export type Control =
  /** A configuration that was read again: what did not change keeps its state. */
  | { readonly kind: 'config'; readonly config: Config }
  /** A sink found these routes in place, by key. Not an intent: only for the withdraw budget. */
  | { readonly kind: 'adopted'; readonly keys: readonly string[] }
  /** Drain and withdraw as each route's `on_stop` says, then complete. */
  | { readonly kind: 'stop' };
