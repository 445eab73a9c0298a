import type { PluginRun } from '../../model/check.ts';

/** One plugin at work: what to load, and what to look at. Plain data: it crosses threads. */
export interface PluginSpec {
  /** The signal's name, or the real server's key. */
  readonly key: string;
  readonly run: PluginRun;
  /** The real server, where the plugin is its check. */
  readonly address: string | null;
  readonly port: number | null;
}

/** One problem with the options that a configuration gives. */
export interface OptionProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a plugin logs beside a message: plain data, bounded as a whole. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A sight that was checked: short, printable, in range. */
export interface CheckedResult {
  readonly state: 'up' | 'down';
  readonly reason: string;
  readonly weightPercent?: number;
  readonly detail?: string;
}

/** What a plugin that runs tells its keeper. */
export type PluginEvent =
  /** It was loaded, and its options are sound. */
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'seen'; readonly result: CheckedResult }
  /** So many observations came too fast and are gone. */
  | { readonly kind: 'dropped'; readonly count: number }
  | {
      readonly kind: 'said';
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields?: LogFields;
    }
  /** It is over. Always the last event. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** Where the options are what is wrong. */
      readonly problems: readonly OptionProblem[];
    };

export type SendEvent = (event: PluginEvent) => void;

/** Starts a plugin; whatever comes of it is told, later. Returns what ends it. */
export type Start = (spec: PluginSpec, tell: SendEvent) => () => void;

export function failedEvent(reason: string): PluginEvent {
  return { kind: 'failed', reason, problems: [] };
}
