import type { Notice } from './notice.ts';
import type { Cause } from './turn.ts';

/**
 * What operators see of a sink, in the log, the stream, the metrics and the journal. Each sink
 * emits these after it has acted, and passes the `SinkFeedback` on after the event.
 */
export type SinkEvent =
  | ActionReport
  | {
      readonly kind: 'state';
      readonly sink: string;
      readonly state: SinkState;
      /** `4.2.21`, where the peer reports one. */
      readonly peerVersion: string | null;
      readonly reason: string;
    }
  /** Once at each start or reconnection: our routes that were already announced. */
  | { readonly kind: 'adopted'; readonly sink: string; readonly keys: readonly string[] }
  | ({ readonly kind: 'notice'; readonly sink: string } & Notice);

export type SinkState = 'connected' | 'lost' | 'off';

/** What a sink did, with the cause. */
export interface ActionReport {
  readonly kind: 'action';
  readonly sink: string;
  /** Of routes; then of real servers in the IPVS table. */
  readonly action: 'announce' | 'withdraw' | 'weight' | 'remove' | 'add';
  /** Keys of the routes, or of the one real server, that this command is about. */
  readonly keys: readonly string[];
  /** The new weight of the real server; for `weight` and `add` only. */
  readonly weight?: number;
  readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
  /** The line as it was written (of a weight: as ipvsadm would take it), without its newline; empty where nothing had to be, or could be, written. */
  readonly command: string;
  readonly cause: Cause;
  /** Sent for the same cause before: drift is repaired, or a command tried again. No reaction. */
  readonly isRepeat?: boolean;
  /** Monotonic, milliseconds. */
  readonly atMs: number;
}

/** What the core has to know of the sinks: the only way back up the flow. */
export type SinkFeedback =
  /** Routes that were already announced, by key. Not an intent: only for the withdraw budget. */
  | { readonly kind: 'adopted'; readonly keys: readonly string[] }
  /** Withdraws that were handed to ExaBGP, by key: weights of the same cause may follow. */
  | { readonly kind: 'sent'; readonly keys: readonly string[] }
  /**
   * Each time the IPVS table was read whole: base weights of the real servers it has, by key,
   * and which of our services (by name) and real servers (by key) it lacks.
   */
  | {
      readonly kind: 'table';
      readonly bases: ReadonlyMap<string, BaseWeight>;
      readonly missing: ReadonlySet<string>;
    }
  /** Weights that were read back, by real server: announces that rely on them may follow. */
  | { readonly kind: 'weights'; readonly weights: ReadonlyMap<string, number | 'removed'> }
  /** Whether the IPVS table can be read and written at all. */
  | { readonly kind: 'ipvs'; readonly state: SinkState }
  /** Active connections by real server's key, for drains that wait for them. */
  | { readonly kind: 'connections'; readonly active: ReadonlyMap<string, number> };

/** The weight that stands for 100 %. */
export interface BaseWeight {
  readonly weight: number;
  /** Found at 0, and no other weight is known: an operator drained it, and it stays at 0. */
  readonly isDrained: boolean;
  /** It had a weight above 0 when it was seen first: it was up before our start. */
  readonly isServing?: boolean | undefined;
}
