import type { OvsdbSource } from '../../model/config.ts';
import {
  OvsdbClient,
  type Change,
  type ClientState,
  type Monitor,
  type OvsdbClientOptions,
} from '../../ovsdb-client/index.ts';
import { ControlWatch } from './control-watch.ts';
import { interfaceColumns, type InterfaceRow } from './interface-row.ts';
import type { VswitchdState } from './vswitchd-state.ts';
import { StatisticsWatch } from './statistics-watch.ts';
import type { TlsTexts } from './tls-files.ts';

/** A stuck ovsdb-server is detected after twice this. */
const PROBE_MS = 2500;

export interface SessionEvents {
  /** `rows` are all rows of the interfaces in `monitored`. */
  sync(monitored: ReadonlySet<string>, rows: Iterable<InterfaceRow>): void;
  changes(changes: readonly Change<InterfaceRow>[]): void;
  /** The rows are not current, for this reason. */
  lost(reason: string): void;
  vswitchdChanged(state: VswitchdState): void;
  /** The server cannot be reached, and the next try will be made. */
  waiting(): void;
}

/** The connections to one Open vSwitch: its database, and its daemon where that runs on this machine. */
export class BfdSession {
  readonly #client: OvsdbClient;
  readonly #control: ControlWatch | null;
  readonly #statistics: StatisticsWatch | null;
  readonly #events: SessionEvents;
  #monitor: Pick<Monitor<unknown>, 'cancel'> | null = null;
  #monitored: ReadonlySet<string> = new Set();

  /** Throws a TypeError for a remote or TLS files that can never work. */
  constructor(source: OvsdbSource, tls: TlsTexts, events: SessionEvents) {
    this.#events = events;
    const onState = (state: ClientState): void => {
      if (state.kind === 'waiting') events.waiting();
    };
    this.#client = new OvsdbClient({
      remote: source.remote,
      probeMs: PROBE_MS,
      onState,
      ...tlsOption(tls),
    });
    const report = (state: VswitchdState): void => events.vswitchdChanged(state);
    const pidfile = source.vswitchdPidfile;
    this.#control = pidfile === null ? null : new ControlWatch(pidfile, report);
    this.#statistics = pidfile === null ? new StatisticsWatch(this.#client, report) : null;
  }

  start(): void {
    this.#control?.start();
    this.#statistics?.start();
    this.#client.start();
  }

  close(): void {
    this.#control?.close();
    this.#statistics?.close();
    this.#client.close();
  }

  /** Watches just these interfaces from now on. */
  watch(names: ReadonlySet<string>): void {
    if (isSameSet(names, this.#monitored)) return;
    this.#monitored = names;
    this.#monitor?.cancel();
    this.#monitor = this.#client.monitor(
      {
        database: 'Open_vSwitch',
        table: 'Interface',
        columns: interfaceColumns,
        where: [...names].map((name) => ['name', '==', name] as const),
      },
      {
        sync: (rows) => this.#events.sync(names, rows.values()),
        changes: (changes) => this.#events.changes(changes),
        stale: (reason) => this.#events.lost(this.#reasonText(reason)),
      },
    );
  }

  /** Watches a remote vswitchd by the statistics of this interface. */
  sample(name: string | null): void {
    this.#statistics?.sample(name);
  }

  #reasonText(reason: string): string {
    const isReached = this.#client.state.kind !== 'waiting';
    return isReached ? `OVSDB: ${reason}` : `OVSDB is not reachable: ${reason}`;
  }
}

function tlsOption(tls: TlsTexts): Pick<OvsdbClientOptions, 'tls'> {
  if (tls.kind !== 'read') return {};
  const { ca, cert, key } = tls;
  const own = { ...(cert === null ? {} : { cert }), ...(key === null ? {} : { key }) };
  return { tls: { ca, ...own } };
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
