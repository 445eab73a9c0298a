import { nowMs } from '../../platform/clock.ts';
import { SilenceAlarm } from '../../platform/loop-time.ts';
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
/** The longest interval that is believed: nobody is judged by statistics of last week. */
const UPDATE_MAX_MS = 60_000;
/** What a vswitchd that was away wrote last is believed again after this. */
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
 * Tells each change of its life; one that dies is noticed after some 12 s.
 */
export class StatisticsWatch {
  readonly #client: OvsdbClient;
  readonly #tell: (life: VswitchdState) => void;
  /** A stall of our own is not vswitchd's silence. */
  readonly #alarm = new SilenceAlarm(() => this.#ring());
  #sampleName: string | null = null;
  #sample: Pick<Monitor<unknown>, 'cancel'> | null = null;
  #staleMs = 2 * UPDATE_MS + LATE_MS;
  #life: VswitchdState['kind'] = 'unknown';
  #heardMs = nowMs();
  /** Whether statistics came since the watch began, and not only what lay there. */
  #everHeard = false;

  constructor(client: OvsdbClient, tell: (life: VswitchdState) => void) {
    this.#client = client;
    this.#tell = tell;
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
    this.#heardMs = nowMs();
    this.#alarm.set(this.#staleMs);
  }

  /** Looks at the statistics of this interface from now on. */
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
    const asked = /^\d{1,9}$/.test(text) ? Number(text) : UPDATE_MS;
    const updateMs = Math.min(Math.max(asked, UPDATE_MS), UPDATE_MAX_MS);
    this.#staleMs = 2 * updateMs + LATE_MS;
    if (this.#life !== 'lost') this.#alarm.set(this.#heardMs + this.#staleMs - nowMs());
  }

  #changed(changes: readonly Change<Counted>[]): void {
    if (changes.some(isWritten)) this.#heard();
  }

  #heard(): void {
    const before = this.#life;
    const fromMs = this.#heardMs;
    const atMs = nowMs();
    this.#heardMs = atMs;
    this.#alarm.set(this.#staleMs);
    this.#life = 'alive';
    if (before === 'alive') return;
    const doubt = before === 'lost' ? { fromMs, untilMs: atMs + RETURN_DOUBT_MS } : null;
    this.#everHeard = true;
    this.#tell({ kind: 'alive', doubt });
  }

  #ring(): void {
    // An alarm may ring a millisecond early.
    if (nowMs() < this.#heardMs + this.#staleMs) {
      this.#alarm.set(this.#heardMs + this.#staleMs - nowMs());
      return;
    }
    this.#life = 'lost';
    const what = this.#everHeard ? 'no new statistics' : 'no statistics';
    const reason = `vswitchd is not answering: ${what} for ${this.#staleMs / 1000} s`;
    this.#tell({ kind: 'lost', reason });
  }
}

/** They are cleared, by ovsdb-server, when that restarts: this is not vswitchd's work. */
function isWritten(change: Change<Counted>): boolean {
  return (
    change.kind === 'modify' &&
    change.row.statistics !== change.old.statistics &&
    change.row.statistics.size > 0
  );
}
