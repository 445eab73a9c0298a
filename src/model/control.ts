import type { Checkpoint } from './checkpoint.ts';
import type { Config } from './config.ts';
import type { Drain } from './drain.ts';
import type { BaseWeight } from './report.ts';
import type { View } from './view.ts';

/** What reaches the core beside observations. */
export type Control =
  /** A configuration that was read again: what did not change keeps its state. */
  | { readonly kind: 'config'; readonly config: Config }
  /** A sink found these routes in place, by key. Not an intent: only for the withdraw budget. */
  | { readonly kind: 'adopted'; readonly keys: readonly string[] }
  /** Withdraws that were handed to ExaBGP, by key: weights of the same cause may follow. */
  | { readonly kind: 'sent'; readonly keys: readonly string[] }
  /** What the kernel's table has: the weights to start from, and what of ours it lacks. */
  | {
      readonly kind: 'table';
      readonly bases: ReadonlyMap<string, BaseWeight>;
      readonly missing: ReadonlySet<string>;
    }
  /** Weights that were read back, by real server: announces that rely on them may follow. */
  | { readonly kind: 'weights'; readonly weights: ReadonlyMap<string, number | 'removed'> }
  /** Whether the table can be read and written at all. */
  | { readonly kind: 'ipvs'; readonly state: 'connected' | 'lost' | 'off' }
  /** Active connections by real server, for drains that wait for them. */
  | { readonly kind: 'connections'; readonly active: ReadonlyMap<string, number> }
  | { readonly kind: 'drain'; readonly drain: Drain }
  | { readonly kind: 'undrain'; readonly name: string; readonly owner: string }
  /** What a start takes up of the core before it, ahead of everything else. */
  | { readonly kind: 'resume'; readonly checkpoint: Checkpoint }
  /** Asks for what the next start should know, unless nothing happened since turn `after`. */
  | {
      readonly kind: 'checkpoint';
      readonly after: number;
      readonly take: (checkpoint: Checkpoint, turn: number) => void;
    }
  /** Looks at the core as it is, at once: for status and explain. */
  | { readonly kind: 'inspect'; readonly inspect: (view: View) => void }
  /** Drain and withdraw as each route's `on_stop` says, then complete. */
  | { readonly kind: 'stop' };
