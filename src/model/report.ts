import type { Notice } from './notice.ts';
import type { Cause } from './turn.ts';

/** What a sink tells about itself and its work: the only way back up the flow. */
export type SinkReport =
  | ActionReport
  | {
      readonly kind: 'state';
      readonly sink: string;
      readonly state: 'connected' | 'lost' | 'off';
      /** `4.2.21`, where the peer told. */
      readonly peerVersion: string | null;
      readonly reason: string;
    }
  /** Once at each start or reconnection: our routes that were already in place. */
  | { readonly kind: 'adopted'; readonly sink: string; readonly keys: readonly string[] }
  | ({ readonly kind: 'notice'; readonly sink: string } & Notice);

/** What a sink did, with the cause. */
export interface ActionReport {
  readonly kind: 'action';
  readonly sink: string;
  readonly action: 'announce' | 'withdraw';
  /** Keys of the routes this one command is about. */
  readonly keys: readonly string[];
  readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
  /** The line as it was written, without its newline; empty where nothing had to be, or could be, written. */
  readonly command: string;
  readonly cause: Cause;
  /** Monotonic, milliseconds. */
  readonly atMs: number;
}
