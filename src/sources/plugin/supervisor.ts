import type { Notice } from '../../model/notice.ts';
import type { Observation } from '../../model/observation.ts';
import { Alarm } from '../../platform/alarm.ts';
import { Backoff } from '../../platform/backoff.ts';
import { SilenceAlarm } from '../../platform/loop-time.ts';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from './limits.ts';
import type { CheckedResult, LogFields, PluginEvent, PluginSpec, Start } from './messages.ts';
import type { StartSlots } from './start-slots.ts';

export interface SupervisorDeps {
  readonly nowMs: () => number;
  readonly start: Start;
  readonly starts: StartSlots;
  readonly emit: (observation: Observation) => void;
  readonly notify: (notice: Notice) => void;
}

/** After so long without a failure the next one is the first again. */
const SOUND_AFTER_MS = 60_000;

/**
 * Keeps one plugin running: whatever ends it is `lost` with the reason, and it
 * is started again after a wait that doubles up to `BACKOFF_MAX_MS`.
 */
export class PluginSupervisor {
  readonly spec: PluginSpec;
  readonly #deps: SupervisorDeps;
  readonly #again: Alarm;
  readonly #stale: SilenceAlarm;
  #stop: () => void = () => {};
  #endTurn: () => void = () => {};
  readonly #backoff = new Backoff({ minMs: BACKOFF_MIN_MS, maxMs: BACKOFF_MAX_MS });
  #startedAtMs = 0;
  #hasReportedDropped = false;

  constructor(spec: PluginSpec, deps: SupervisorDeps) {
    this.spec = spec;
    this.#deps = deps;
    this.#again = new Alarm(() => this.#begin());
    this.#stale = new SilenceAlarm(() => this.#silent());
    this.#begin();
  }

  close(): void {
    this.#halt();
    this.#again.close();
  }

  #begin(): void {
    this.#endTurn = this.#deps.starts.queue(() => {
      this.#startedAtMs = this.#deps.nowMs();
      this.#stop = this.#deps.start(this.spec, (event) => this.#take(event));
    });
  }

  #take(event: PluginEvent): void {
    switch (event.kind) {
      case 'started':
        this.#endTurn();
        // Loading is no silence: how long that may take depends on the machine.
        this.#awaitSight();
        return;
      case 'seen':
        this.#see(event.result);
        return;
      case 'dropped':
        this.#tellDropped(event.count);
        return;
      case 'said':
        this.#notify(
          event.level,
          'plugin_log',
          `plugin ${this.spec.key}: ${event.message}`,
          event.fields,
        );
        return;
      case 'failed':
        this.#fail(event.reason);
        return;
      default:
        event satisfies never;
    }
  }

  #see(result: CheckedResult): void {
    this.#awaitSight();
    this.#deps.emit({ signal: this.spec.key, atMs: this.#deps.nowMs(), ...result });
  }

  #awaitSight(): void {
    const { staleAfterMs } = this.spec.run;
    if (staleAfterMs !== null) this.#stale.set(staleAfterMs);
  }

  #silent(): void {
    this.#fail(
      `the plugin yielded nothing for ${this.spec.run.staleAfterMs ?? 0} ms (stale_after)`,
    );
  }

  #fail(reason: string): void {
    this.#halt();
    const nowMs = this.#deps.nowMs();
    if (nowMs - this.#startedAtMs >= SOUND_AFTER_MS) this.#backoff.reset();
    const waitMs = this.#backoff.next();
    this.#again.set(nowMs + waitMs);
    this.#deps.emit({ signal: this.spec.key, state: 'lost', reason, atMs: nowMs });
    this.#notify(
      'error',
      'plugin_failed',
      `${this.spec.key}: ${reason}; restarting in ${waitMs / 1000}s`,
    );
  }

  /** Said once for each time it was started: a plugin that floods goes on with it. */
  #tellDropped(count: number): void {
    if (this.#hasReportedDropped) return;
    this.#hasReportedDropped = true;
    const message = `plugin ${this.spec.key} yields observations too fast: ${count} of the last second were discarded`;
    this.#notify('warn', 'plugin_flood', message);
  }

  #halt(): void {
    this.#stale.close();
    this.#hasReportedDropped = false;
    this.#stop();
    this.#stop = () => {};
    this.#endTurn();
  }

  #notify(level: Notice['level'], event: string, message: string, fields?: LogFields): void {
    this.#deps.notify({ level, event, message, ...(fields === undefined ? {} : { fields }) });
  }
}
