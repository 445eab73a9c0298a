import type { WeightIntent } from '../../model/turn.ts';
import type { ChangeResult } from '../../protocol/ipvs/table.ts';
import type { ServerChanges } from './batch.ts';
import type { IpvsReporter } from './reporter.ts';

export type FailedChange = Extract<ChangeResult, { ok: false }>;

/** Which weights are confirmed or refused, by real server; reports each of these once. */
export class Confirmations {
  readonly #reporter: IpvsReporter;
  readonly #confirmed = new Map<string, number | 'removed'>();
  /** The last refusal of each: the same change is tried again and again. */
  readonly #refused = new Map<string, string>();

  constructor(reporter: IpvsReporter) {
    this.#reporter = reporter;
  }

  isConfirmed({ server, weight }: WeightIntent): boolean {
    return this.#confirmed.get(server) === weight;
  }

  /** The table has the weight already: nothing is written. */
  inSync({ server, weight, cause }: WeightIntent): void {
    this.#set(server, weight);
    this.#reporter.inSync(server, weight, cause);
  }

  confirm(written: ServerChanges): void {
    this.#set(written.key, written.weight);
    this.#reporter.changes(written, 'confirmed');
  }

  refuse(written: ServerChanges, { code, reason }: FailedChange): void {
    const { key, weight } = written;
    this.#confirmed.delete(key);
    const refusal = `${weight} ${reason}`;
    if (this.#refused.get(key) === refusal) return;
    this.#refused.set(key, refusal);
    this.#reporter.changes(written, 'rejected');
    this.#reporter.failure(`ipvs_${code}`, `${key}: weight ${weight}: ${reason}`);
  }

  /** The table no longer has the weight of this server. */
  drop(key: string): void {
    this.#confirmed.delete(key);
  }

  /** Nothing is known of the table. */
  dropAll(): void {
    this.#confirmed.clear();
  }

  #set(key: string, weight: number | 'removed'): void {
    this.#confirmed.set(key, weight);
    this.#refused.delete(key);
  }
}
