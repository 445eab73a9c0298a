/**
 * The public API for authors of health plugins: `import { definePlugin, up, down } from
 * 'routevane/plugin'`. The name resolves wherever the plugin's file lies. docs/plugins.md is the guide.
 */

/** What a result may carry besides its state. */
export interface ResultDetails {
  /**
   * Figures for logs and graphs, such as Nagios' performance data. At most 1,000 characters are
   * kept; control characters become blanks. A value that is not text fails the plugin.
   */
  readonly detail?: string;
}

/** What `up` may carry besides the state. */
export interface UpDetails extends ResultDetails {
  /**
   * How much of its base weight a real server can take, in percent; default 100. Rounded to a whole
   * number. 0 leaves the server up and sends it no new connections. In a signal it has no effect.
   * A value below 0, above 100 or that is not a number fails the plugin: its observer is lost, and
   * it is started again.
   */
  readonly weightPercent?: number;
}

/** One result of a plugin. Make it with `up` and `down`. */
export type CheckResult =
  | ({ readonly state: 'up' } & UpDetails)
  | ({ readonly state: 'down'; readonly reason: string } & ResultDetails);

/** @deprecated since 0.2: the old name of `CheckResult`, removed in 0.3. */
export type Sight = CheckResult;
/** @deprecated since 0.2: the old name of `ResultDetails`, removed in 0.3. */
export type Beside = ResultDetails;
/** @deprecated since 0.2: the old name of `UpDetails`, removed in 0.3. */
export type BesideUp = UpDetails;

/**
 * A result: what the plugin observes is healthy.
 *
 * @param details the share of the weight, and figures; default: the whole weight and none. They are
 *   checked when the plugin yields the result, and not here.
 * @example
 * yield up({ weightPercent: 40, detail: 'load 3.2' });
 */
export function up(details: UpDetails = {}): CheckResult {
  return { ...details, state: 'up' };
}

/**
 * A result: what the plugin observes is not healthy. For an observer that fails, throw instead:
 * that is `lost`, and the last health is kept for `lost_hold`.
 *
 * @param reason why, in a few words. More than 200 characters are cut, the last one kept being `…`;
 *   control characters become blanks; an empty reason becomes `no reason given`. A reason that is
 *   not text fails the plugin.
 * @param details figures; default none.
 * @example
 * yield down(`${freePercent}% free`);
 */
export function down(reason: string, details: ResultDetails = {}): CheckResult {
  return { ...details, state: 'down', reason };
}

/**
 * Writes to the daemon's log as `plugin_log`, with the signal's name. Of each level ten lines a
 * second are written, and the next line says how many were left out; a line has at most 500
 * characters. `fields` is plain data; what JSON cannot hold, or more than 500 characters of it, is
 * replaced by a `note`.
 *
 * @example
 * log.warn('the queue grows', { jobs: 12 });
 */
export interface PluginLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a plugin gets besides its options. */
export interface PluginContext {
  /** Aborts when the plugin is to end: hand it to `fetch`, `execFile` and the like. */
  readonly signal: AbortSignal;
  /**
   * Waits.
   *
   * @param delayMs milliseconds, from 0 to 2,147,483,647.
   * @throws RangeError (it rejects) where `delayMs` is negative, above that, or not a number.
   * @throws Error (it rejects) as soon as `signal` aborts.
   * @example
   * await sleep(1_000);
   */
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly log: PluginLog;
  /** Address of the real server to check, IPv6 without brackets; `null` in a signal. */
  readonly address: string | null;
  /** Port of the real server to check; `null` in a signal. */
  readonly port: number | null;
}

/** One problem with the options that a configuration gives; `check` reports it at its line. */
export interface OptionIssue {
  /** Where in the options: keys and indexes, from the outside in. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Anything that parses as a zod schema does; the plugin brings its own. */
export interface OptionsSchema<Options> {
  /**
   * @param input the options of the configuration, `{}` where it has none. Only the first 20
   *   issues are reported.
   */
  safeParse(
    input: unknown,
  ):
    | { readonly success: true; readonly data: Options }
    | { readonly success: false; readonly error: { readonly issues: readonly OptionIssue[] } };
}

/** An Observable, as far as routevane needs one. */
export interface Subscribable<T> {
  subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}

/**
 * What `observe` returns: each value is one observation. It goes on until the signal aborts: an end
 * or an error before that is `lost`, and the plugin is started again after 1 s, doubling up to
 * 60 s. Of more than 100 values a second the newest is kept.
 */
export type CheckResults = AsyncIterable<CheckResult> | Subscribable<CheckResult>;

/** @deprecated since 0.2: the old name of `CheckResults`, removed in 0.3. */
export type Sights = CheckResults;

/** A health plugin. */
export interface Plugin<Options = unknown> {
  /** For the log; not empty. */
  readonly name: string;
  /** Checks the options of the configuration. Left out: the plugin takes no options. */
  readonly options?: OptionsSchema<Options>;
  /**
   * Observes until `context.signal` aborts. In a thread of its own it then has 1 s to close what it
   * opened.
   *
   * @param options as `safeParse` returned them; `undefined` without a schema.
   * @throws whatever hinders it from observing: that is `lost`, with the message as reason.
   */
  observe(options: Options, context: PluginContext): CheckResults;
}

/**
 * Gives a plugin its types; the result is the module's default export.
 *
 * @param plugin returned as it is: it is checked when routevane loads the module.
 * @example
 * export default definePlugin({
 *   name: 'maintenance',
 *   options: z.strictObject({ path: z.string() }),
 *   async *observe({ path }, { sleep }) {
 *     for (;;) {
 *       yield existsSync(path) ? down(`${path} exists`) : up();
 *       await sleep(1_000);
 *     }
 *   },
 * });
 */
export function definePlugin<Options = undefined>(plugin: Plugin<Options>): Plugin<Options> {
  return plugin;
}
