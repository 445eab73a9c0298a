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

/** What a plugin logs with a message: plain data, bounded as a whole. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A result that was checked: short, printable, in range. */
export interface CheckedResult {
  readonly state: 'up' | 'down';
  readonly reason: string;
  readonly weightPercent?: number;
  readonly detail?: string;
}

/** What a running plugin sends to its supervisor. */
export type PluginEvent =
  /** It was loaded, and its options are sound. */
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'result'; readonly result: CheckedResult }
  /** So many results came too fast and were discarded. */
  | { readonly kind: 'discarded'; readonly count: number }
  | {
      readonly kind: 'logged';
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

/** Starts a plugin, which sends its events later, never within the call. Returns what ends it. */
export type Start = (spec: PluginSpec, send: SendEvent) => () => void;

export function failedEvent(reason: string): PluginEvent {
  return { kind: 'failed', reason, problems: [] };
}
