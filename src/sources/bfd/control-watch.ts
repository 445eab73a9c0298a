import { Alarm } from '../../platform/alarm.ts';
import { Backoff } from '../../platform/backoff.ts';
import { nowMs } from '../../platform/clock.ts';
import { ControlConnection } from './control-connection.ts';
import type { Doubt, VswitchdState } from './vswitchd-state.ts';
import { controlPath } from './pidfile.ts';

/** Between two attempts to connect; doubles with each that fails. */
export const CONNECT_RETRY_MIN_MS = 100;
export const CONNECT_RETRY_MAX_MS = 1000;
/** A vswitchd that hung catches up within this: its BFD runs in a thread of its own. */
export const HANG_DOUBT_MS = 500;
/** A new vswitchd has written every row by then. */
export const RESTART_DOUBT_MS = 5000;

/**
 * Watches a vswitchd on this machine through its control socket, until `close()`.
 * Reports each change of its state: a kill within milliseconds, a hang within
 * `ASK_MS + ANSWER_MS`. The pidfile is read anew for each connection.
 */
export class ControlWatch {
  readonly #pidfile: string;
  readonly #report: (state: VswitchdState) => void;
  readonly #alarm = new Alarm(() => this.#connect());
  #connection: ControlConnection | null = null;
  #isAlive = false;
  readonly #backoff = new Backoff({ minMs: CONNECT_RETRY_MIN_MS, maxMs: CONNECT_RETRY_MAX_MS });
  /** Since when it is lost, and whether its process may be another one now; `null`: it is not. */
  #lost: { readonly fromMs: number; readonly isRestart: boolean } | null = null;

  constructor(pidfile: string, report: (state: VswitchdState) => void) {
    this.#pidfile = pidfile;
    this.#report = report;
  }

  start(): void {
    this.#connect();
  }

  close(): void {
    this.#alarm.close();
    this.#connection?.close();
    this.#connection = null;
  }

  #connect(): void {
    const target = controlPath(this.#pidfile);
    if (target.kind === 'none') {
      this.#gone(target.reason);
      return;
    }
    this.#connection = new ControlConnection(target.path, {
      answered: () => this.#answered(),
      unresponsive: () => this.#unresponsive(),
      gone: (reason) => this.#gone(reason),
    });
  }

  #unresponsive(): void {
    this.#isAlive = false;
    this.#lost ??= { fromMs: nowMs(), isRestart: false };
    this.#report({ kind: 'lost', reason: 'vswitchd is not answering' });
  }

  #gone(reason: string): void {
    this.#connection = null;
    this.#isAlive = false;
    // Of several failures in a row, the first is when the last process ended.
    if (this.#lost?.isRestart !== true) this.#lost = { fromMs: nowMs(), isRestart: true };
    this.#alarm.set(nowMs() + this.#backoff.next());
    this.#report({ kind: 'lost', reason });
  }

  #answered(): void {
    if (this.#isAlive) return;
    this.#isAlive = true;
    this.#backoff.reset();
    const doubt = this.#doubt();
    this.#lost = null;
    this.#report({ kind: 'alive', doubt });
  }

  #doubt(): Doubt | null {
    if (this.#lost === null) return null;
    const { fromMs, isRestart } = this.#lost;
    return { fromMs, untilMs: nowMs() + (isRestart ? RESTART_DOUBT_MS : HANG_DOUBT_MS) };
  }
}
