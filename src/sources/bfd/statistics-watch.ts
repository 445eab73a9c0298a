import { nowMs } from '../../platform/clock.ts';
import { StallAwareAlarm } from '../../platform/loop-time.ts';
import {
  map,
  scalar,
  type Change,
  type Monitor,
  type OvsdbClient,
} from '../../ovsdb-client/index.ts';
import type { VswitchdState } from './vswitchd-state.ts';

/** How often vswitchd writes statistics, unless `other_config:stats-update-interval` says more. */
const UPDATE_MS = 5000;
/** Two updates are missed, and some time for the way here. */
const LATE_MS = 2000;
/** The longest interval that is accepted: older statistics prove nothing. */
const UPDATE_MAX_MS = 60_000;
/** How long the rows of a vswitchd that was lost stay in doubt after it is back. */
export const RETURN_DOUBT_MS = 5000;

const switchColumns = {
  statistics: map('string', 'string'),
  other_config: map('string', 'string'),
};
const sampleColumns = { name: scalar('string'), statistics: map('string', 'integer') };

interface Counted {
  readonly statistics: ReadonlyMap<string, unknown>;
}

/**
 * Watches a vswitchd on another machine by the statistics it writes: those of one
 * interface that it serves, and those of the whole switch where they are enabled.
 * Reports each change of its state; one that dies is noticed after some 12 s.
 */
export class StatisticsWatch {
  readonly #client: OvsdbClient;
  readonly #report: (state: VswitchdState) => void;
  /** A stall of our own event loop must not count as missing statistics. */
  readonly #alarm = new StallAwareAlarm(() => this.#ring());
  #sampleName: string | null = null;
  #sample: Pick<Monitor<unknown>, 'cancel'> | null = null;
  #staleMs = 2 * UPDATE_MS + LATE_MS;
  #state: VswitchdState['kind'] = 'unknown';
  #lastUpdateMs = nowMs();
  /** Whether statistics were written since the watch began. */
  #wasEverUpdated = false;

  constructor(client: OvsdbClient, report: (state: VswitchdState) => void) {
    this.#client = client;
    this.#report = report;
  }

  start(): void {
    this.#client.monitor(
      { database: 'Open_vSwitch', table: 'Open_vSwitch', columns: switchColumns },
      {
        sync: (rows, changes) => {
          for (const row of rows.values()) this.#configure(row.other_config);
          this.#changed(changes);
        },
        changes: (changes) => {
          for (const change of changes) {
            if (change.kind !== 'delete') this.#configure(change.row.other_config);
          }
          this.#changed(changes);
        },
        stale: () => {},
      },
    );
    this.#lastUpdateMs = nowMs();
    this.#alarm.set(this.#staleMs);
  }

  /** Watches the statistics of this interface from now on. */
  sample(name: string | null): void {
    if (name === this.#sampleName || name === null) return;
    this.#sample?.cancel();
    this.#sampleName = name;
    this.#sample = this.#client.monitor(
      {
        database: 'Open_vSwitch',
        table: 'Interface',
        columns: sampleColumns,
        where: [['name', '==', name]],
      },
      {
        sync: (_, changes) => this.#changed(changes),
        changes: (changes) => this.#changed(changes),
        stale: () => {},
      },
    );
  }

  /** The monitors end with their client. */
  close(): void {
    this.#alarm.close();
  }

  #configure(otherConfig: ReadonlyMap<string, string>): void {
    const text = otherConfig.get('stats-update-interval') ?? '';
    const configuredMs = /^\d{1,9}$/.test(text) ? Number(text) : UPDATE_MS;
    const updateMs = Math.min(Math.max(configuredMs, UPDATE_MS), UPDATE_MAX_MS);
    this.#staleMs = 2 * updateMs + LATE_MS;
    if (this.#state !== 'lost') this.#alarm.set(this.#lastUpdateMs + this.#staleMs - nowMs());
  }

  #changed(changes: readonly Change<Counted>[]): void {
    if (changes.some(isWritten)) this.#updated();
  }

  #updated(): void {
    const before = this.#state;
    const fromMs = this.#lastUpdateMs;
    const atMs = nowMs();
    this.#lastUpdateMs = atMs;
    this.#alarm.set(this.#staleMs);
    this.#state = 'alive';
    if (before === 'alive') return;
    const doubt = before === 'lost' ? { fromMs, untilMs: atMs + RETURN_DOUBT_MS } : null;
    this.#wasEverUpdated = true;
    this.#report({ kind: 'alive', doubt });
  }

  #ring(): void {
    // An alarm may ring a millisecond early.
    if (nowMs() < this.#lastUpdateMs + this.#staleMs) {
      this.#alarm.set(this.#lastUpdateMs + this.#staleMs - nowMs());
      return;
    }
    this.#state = 'lost';
    const what = this.#wasEverUpdated ? 'no new statistics' : 'no statistics';
    const reason = `vswitchd is not answering: ${what} for ${this.#staleMs / 1000} s`;
    this.#report({ kind: 'lost', reason });
  }
}

/** ovsdb-server clears the statistics when it restarts: an empty map was not written by vswitchd. */
function isWritten(change: Change<Counted>): boolean {
  return (
    change.kind === 'modify' &&
    change.row.statistics !== change.old.statistics &&
    change.row.statistics.size > 0
  );
}
