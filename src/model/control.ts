import type { Checkpoint } from './checkpoint.ts';
import type { Config } from './config.ts';
import type { Drain } from './drain.ts';
import type { SinkFeedback } from './report.ts';
import type { View } from './view.ts';

/** What the core is given besides observations. */
export type Control =
  /** A configuration that was read again: what did not change keeps its state. */
  | { readonly kind: 'config'; readonly config: Config }
  | SinkFeedback
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
