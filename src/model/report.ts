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
  /**
   * Each time the kernel's table was read whole: base weights of the real servers it has, by key,
   * and which of our services (by name) and real servers (by key) it lacks.
   */
  | {
      readonly kind: 'table';
      readonly sink: string;
      readonly bases: ReadonlyMap<string, BaseWeight>;
      readonly missing: ReadonlySet<string>;
    }
  /** Active connections by real server's key, of the services that are watched. */
  | {
      readonly kind: 'connections';
      readonly sink: string;
      readonly active: ReadonlyMap<string, number>;
    }
  | ({ readonly kind: 'notice'; readonly sink: string } & Notice);

/** The weight that stands for 100 %. */
export interface BaseWeight {
  readonly weight: number;
  /** Found at 0 and nobody knows better: somebody took it out, and it stays out. */
  readonly isDrained: boolean;
  /** It had a weight above 0 when it was seen first: it was up before our start. */
  readonly isServing?: boolean | undefined;
}

/** What a sink did, with the cause. */
export interface ActionReport {
  readonly kind: 'action';
  readonly sink: string;
  /** Of routes; then of real servers in the kernel's table. */
  readonly action: 'announce' | 'withdraw' | 'weight' | 'remove' | 'add';
  /** Keys of the routes, or of the one real server, that this command is about. */
  readonly keys: readonly string[];
  /** What the real server's weight is now; for `weight` and `add` only. */
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
