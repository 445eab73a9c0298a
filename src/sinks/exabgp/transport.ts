import type { Observable } from 'rxjs';

export type TransportEvent =
  /** A reader is at the other end; it may be a new process that holds no routes. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'bytes'; readonly chunk: Uint8Array }
  /** There is room for more again. */
  | { readonly kind: 'drained' }
  | { readonly kind: 'closed'; readonly reason: string };

/** A way to ExaBGP. Never blocks. */
export interface Transport {
  /**
   * Opens when subscribed to and closes when unsubscribed from. Completes when
   * ExaBGP is gone for good; does not fail.
   */
  readonly events$: Observable<TransportEvent>;
  /** Whether more may be written now; if not, `drained` or `closed` follows. */
  readonly isReady: boolean;
  /**
   * Hands over text. False: the other end is gone and nothing was taken; `closed` follows.
   * Emits no event before it returns.
   */
  write(text: string): boolean;
  /** Bytes that the operating system has not taken yet. */
  readonly pendingBytes: number;
}
