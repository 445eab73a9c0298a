import type { SchedulerLike } from 'rxjs';
import { ABSENT } from './fingerprint.ts';
import type { Ledger } from './ledger.ts';
import type { OwnRoutes } from './own-routes.ts';
import type { ExabgpReporter } from './reporter.ts';
import type { Transport } from './transport.ts';

/**
 * Writes what the ledger plans, and reports afterwards: a command is reported as sent only once
 * the transport has taken it. The core lowers weights upon that report, so this order is what
 * keeps them behind their withdraw.
 */
export class CommandWriter {
  readonly #ledger: Ledger;
  readonly #transport: Transport;
  readonly #ownRoutes: OwnRoutes;
  readonly #reporter: ExabgpReporter;
  readonly #scheduler: SchedulerLike;
  /** Whether every key that may be announced is on disk; until then nothing is written. */
  isOnDisk = false;

  constructor(
    ledger: Ledger,
    transport: Transport,
    ownRoutes: OwnRoutes,
    reporter: ExabgpReporter,
    scheduler: SchedulerLike,
  ) {
    this.#ledger = ledger;
    this.#transport = transport;
    this.#ownRoutes = ownRoutes;
    this.#reporter = reporter;
    this.#scheduler = scheduler;
  }

  /** Writes, then reports. Returns whether anything was written. */
  flush(): boolean {
    const hasWritten = this.isOnDisk && this.#transport.isReady && this.#write();
    this.report();
    return hasWritten;
  }

  /** Reports what became of changes since the last report. */
  report(): void {
    for (const outcome of this.#ledger.takeOutcomes()) {
      this.#reporter.outcome(outcome);
      if (outcome.result !== 'confirmed') continue;
      const withdrawn = outcome.wants.filter(({ fingerprint }) => fingerprint === ABSENT);
      this.#ownRoutes.dropWithdrawn(withdrawn.map(({ route }) => route.key));
    }
  }

  #write(): boolean {
    const nowMs = this.#scheduler.now();
    const commands = this.#ledger.plan(nowMs);
    if (commands.length === 0) return false;
    // What the transport refuses is planned again after a reconnection.
    if (!this.#transport.write(commands.map(({ text }) => `${text}\n`).join(''))) return false;
    this.#ledger.written(commands, nowMs);
    return true;
  }
}
