/**
 * The public API for authors of health plugins: `import { definePlugin, up, down } from
 * 'routevane/plugin'`. The name resolves wherever the plugin's file lies.
 */

/** What may be said beside the state. */
export interface ResultDetails {
  /** For people and graphs: figures, as Nagios' performance data. */
  readonly detail?: string;
}

/** What may be said beside `up`. */
export interface UpDetails extends ResultDetails {
  /** How much of its base weight a real server can take, 0 to 100; 0: up, and nothing new for it. */
  readonly weightPercent?: number;
}

/** What a plugin saw, once. Make it with `up` and `down`. */
export type CheckResult =
  | ({ readonly state: 'up' } & UpDetails)
  | ({ readonly state: 'down'; readonly reason: string } & ResultDetails);

/** It is healthy. */
export function up(details: UpDetails = {}): CheckResult {
  return { ...details, state: 'up' };
}

/** It is not healthy, and why, in a few words: `2% free`. */
export function down(reason: string, details: ResultDetails = {}): CheckResult {
  return { ...details, state: 'down', reason };
}

/** Writes to the daemon's log, with the signal's name. Fields must be plain data. */
export interface PluginLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** All that a plugin is given beside its options. */
export interface PluginContext {
  /** Aborted when the plugin shall end: hand it to `fetch`, `execFile` and the like. */
  readonly signal: AbortSignal;
  /** Resolves after `delayMs`, and rejects at once when the plugin shall end. */
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly log: PluginLog;
  /** The real server to look at, where the plugin is one's check; `null` as a signal. */
  readonly address: string | null;
  readonly port: number | null;
}

/** What a schema says of options it refuses. */
export interface OptionIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Anything that parses as a zod schema does; the plugin brings its own. */
export interface OptionsSchema<Options> {
  safeParse(
    input: unknown,
  ):
    | { readonly success: true; readonly data: Options }
    | { readonly success: false; readonly error: { readonly issues: readonly OptionIssue[] } };
}

/** An Observable, as far as the host needs one. */
export interface Subscribable<T> {
  subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}

/**
 * What `observe` returns: each value is one observation. It goes on until the
 * signal aborts: an end or an error before that counts as `lost`, and the
 * plugin is started again.
 */
export type CheckResults = AsyncIterable<CheckResult> | Subscribable<CheckResult>;

export interface Plugin<Options = unknown> {
  /** For the log. */
  readonly name: string;
  /** Left out: the plugin takes no options. */
  readonly options?: OptionsSchema<Options>;
  observe(options: Options, context: PluginContext): CheckResults;
}

/** Gives a plugin its types; it is what the module exports as default. */
export function definePlugin<Options = undefined>(plugin: Plugin<Options>): Plugin<Options> {
  return plugin;
}
