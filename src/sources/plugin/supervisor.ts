import type { Notice } from '../../model/notice.ts';
import type { Observation } from '../../model/observation.ts';
import { Alarm } from '../../platform/alarm.ts';
import { Backoff } from '../../platform/backoff.ts';
import { StallAwareAlarm } from '../../platform/loop-time.ts';
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

/** A plugin that ran this long is restarted after the shortest wait again. */
const RAN_WELL_MS = 60_000;

/**
 * Keeps one plugin running. When it ends, emits `lost` with the reason, and starts it again after a
 * wait that doubles up to `BACKOFF_MAX_MS`.
 */
export class PluginSupervisor {
  readonly spec: PluginSpec;
  readonly #deps: SupervisorDeps;
  readonly #restart: Alarm;
  /** `null`: the plugin may yield as seldom as it likes. */
  readonly #staleTimer: StallAwareAlarm | null;
  #stop: () => void = () => {};
  #freeSlot: () => void = () => {};
  readonly #backoff = new Backoff({ minMs: BACKOFF_MIN_MS, maxMs: BACKOFF_MAX_MS });
  #startedAtMs = 0;
  #hasReportedDiscarded = false;

  constructor(spec: PluginSpec, deps: SupervisorDeps) {
    this.spec = spec;
    this.#deps = deps;
    this.#restart = new Alarm(() => this.#begin());
    const { staleAfterMs } = spec.run;
    this.#staleTimer =
      staleAfterMs === null ? null : new StallAwareAlarm(() => this.#yieldedNothing(staleAfterMs));
    this.#begin();
  }

  close(): void {
    this.#halt();
    this.#restart.close();
  }

  #begin(): void {
    this.#freeSlot = this.#deps.starts.queue(() => {
      this.#startedAtMs = this.#deps.nowMs();
      this.#stop = this.#deps.start(this.spec, (event) => this.#handle(event));
    });
  }

  #handle(event: PluginEvent): void {
    switch (event.kind) {
      case 'started':
        this.#freeSlot();
        // The time to load does not count: how long it takes depends on the machine.
        this.#restartStaleTimer();
        return;
      case 'result':
        this.#emitResult(event.result);
        return;
      case 'discarded':
        this.#reportDiscarded(event.count);
        return;
      case 'logged':
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

  #emitResult(result: CheckedResult): void {
    this.#restartStaleTimer();
    this.#deps.emit({ signal: this.spec.key, atMs: this.#deps.nowMs(), ...result });
  }

  #restartStaleTimer(): void {
    const { staleAfterMs } = this.spec.run;
    if (staleAfterMs !== null) this.#staleTimer?.set(staleAfterMs);
  }

  #yieldedNothing(staleAfterMs: number): void {
    this.#fail(`the plugin yielded nothing for ${staleAfterMs} ms (stale_after)`);
  }

  #fail(reason: string): void {
    this.#halt();
    const nowMs = this.#deps.nowMs();
    if (nowMs - this.#startedAtMs >= RAN_WELL_MS) this.#backoff.reset();
    const waitMs = this.#backoff.next();
    this.#restart.set(nowMs + waitMs);
    this.#deps.emit({ signal: this.spec.key, state: 'lost', reason, atMs: nowMs });
    this.#notify(
      'error',
      'plugin_failed',
      `${this.spec.key}: ${reason}; restarting in ${waitMs / 1000}s`,
    );
  }

  /** Once for each start: a plugin that floods goes on doing so. */
  #reportDiscarded(count: number): void {
    if (this.#hasReportedDiscarded) return;
    this.#hasReportedDiscarded = true;
    const message = `plugin ${this.spec.key} yields observations too fast: ${count} of the last second were discarded`;
    this.#notify('warn', 'plugin_flood', message);
  }

  #halt(): void {
    this.#staleTimer?.close();
    this.#hasReportedDiscarded = false;
    this.#stop();
    this.#stop = () => {};
    this.#freeSlot();
  }

  #notify(level: Notice['level'], event: string, message: string, fields?: LogFields): void {
    this.#deps.notify({ level, event, message, ...(fields === undefined ? {} : { fields }) });
  }
}
