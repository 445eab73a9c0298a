import { isDeepStrictEqual } from 'node:util';
import type { OvsdbSource } from '../../model/config.ts';
import type { Observation } from '../../model/observation.ts';
import type { Notice } from '../../model/notice.ts';
import { Alarm } from '../../platform/alarm.ts';
import { nowMs } from '../../platform/clock.ts';
import { printable } from '../../protocol/printable.ts';
import { BfdTable, type BfdInterface } from './bfd-table.ts';
import type { VswitchdState } from './vswitchd-state.ts';
import { BfdSession } from './bfd-session.ts';
import { readTls, type TlsTexts } from './tls-files.ts';
import { OVS_TEXT_MAX_CHARS } from './verdict.ts';
import { Trouble } from '../trouble.ts';

/** Which signals there are, and where Open vSwitch is. */
export interface BfdConfig {
  readonly source: OvsdbSource;
  readonly interfaces: readonly BfdInterface[];
}

export interface WatchDeps {
  readonly emit: (observation: Observation) => void;
  readonly notify: (notice: Notice) => void;
}

/** Between two attempts to read TLS files that cannot be used. */
const TLS_RETRY_MS = 2000;
/** Interfaces that one notice names. */
const NAMES_MAX = 10;

/** Joins the session, the table and the alarm. Its owner closes it. */
export class OvsWatch {
  readonly #emit: (observation: Observation) => void;
  readonly #table = new BfdTable(nowMs);
  readonly #due = new Alarm(() => this.#emitAll(this.#table.due()));
  readonly #retry = new Alarm(() => this.#open());
  readonly #database: Trouble;
  readonly #vswitchd: Trouble;
  readonly #interfaces: Trouble;
  #config: BfdConfig | null = null;
  #session: BfdSession | null = null;
  #tls: TlsTexts = { kind: 'none' };

  constructor({ emit, notify }: WatchDeps) {
    this.#emit = emit;
    this.#database = new Trouble(notify, 'bfd_ovsdb_lost', 'bfd_ovsdb_back');
    this.#vswitchd = new Trouble(notify, 'bfd_vswitchd_lost', 'bfd_vswitchd_back');
    this.#interfaces = new Trouble(notify, 'bfd_interface_missing', 'bfd_interface_found');
  }

  configure(config: BfdConfig): void {
    const isNewSource = !isDeepStrictEqual(config.source, this.#config?.source);
    this.#config = config;
    if (isNewSource || config.interfaces.length === 0) {
      this.#close();
      this.#table.forget();
    }
    this.#emitAll(this.#table.configure(config.interfaces));
    if (config.interfaces.length === 0) return;
    if (this.#session === null) this.#open();
    else this.#session.watch(namesOf(config));
  }

  close(): void {
    this.#config = null;
    this.#due.close();
    this.#close();
  }

  #close(): void {
    this.#retry.close();
    this.#session?.close();
    this.#session = null;
  }

  #open(): void {
    this.#close();
    if (this.#config === null) return;
    const { source } = this.#config;
    this.#tls = readTls(source.tls);
    if (this.#tls.kind === 'unreadable') {
      this.#cannotOpen(this.#tls.reason);
      return;
    }
    try {
      this.#session = this.#sessionOf(source, this.#tls);
    } catch (error) {
      this.#cannotOpen(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#session.watch(namesOf(this.#config));
    this.#session.start();
  }

  #cannotOpen(reason: string): void {
    this.#retry.set(nowMs() + TLS_RETRY_MS);
    this.#lost(`OVSDB is not reachable: ${reason}`);
  }

  #sessionOf(source: OvsdbSource, tls: TlsTexts): BfdSession {
    return new BfdSession(source, tls, {
      sync: (monitored, rows) => {
        this.#database.over('OVSDB is reachable again');
        this.#emitAll(this.#table.sync(monitored, rows));
        this.#reportMissing();
      },
      changes: (changes) => this.#emitAll(this.#table.changes(changes)),
      lost: (reason) => this.#lost(reason),
      vswitchdChanged: (state) => this.#vswitchdChanged(state),
      waiting: () => {
        // The client keeps what it was made with; other files need another one.
        if (tls.kind === 'read' && !isDeepStrictEqual(tls, readTls(source.tls))) {
          this.#retry.set(nowMs());
        }
      },
    });
  }

  #lost(reason: string): void {
    this.#database.begin(reason);
    this.#emitAll(this.#table.databaseLost(reason));
  }

  #vswitchdChanged(state: VswitchdState): void {
    if (state.kind === 'lost') this.#vswitchd.begin(state.reason);
    else this.#vswitchd.over('vswitchd answers again');
    this.#emitAll(this.#table.vswitchdChanged(state));
  }

  #emitAll(observations: readonly Observation[]): void {
    this.#due.set(this.#table.dueMs);
    for (const observation of observations) this.#emit(observation);
    this.#session?.sample(this.#table.served);
  }

  #reportMissing(): void {
    const { missing } = this.#table;
    if (missing.length === 0) {
      this.#interfaces.over('all interfaces exist in Open vSwitch');
      return;
    }
    const names = missing
      .slice(0, NAMES_MAX)
      .map((name) => printable(name, OVS_TEXT_MAX_CHARS))
      .join(', ');
    const more = missing.length > NAMES_MAX ? ` and ${missing.length - NAMES_MAX} more` : '';
    this.#interfaces.begin(`not in Open vSwitch: ${names}${more}`);
  }
}

function namesOf({ interfaces }: BfdConfig): ReadonlySet<string> {
  return new Set(interfaces.map(({ interface: name }) => name));
}
