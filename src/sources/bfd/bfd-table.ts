import type { Observation } from '../../model/observation.ts';
import type { Change } from '../../ovsdb-client/index.ts';
import { flapReason, hiddenFalls } from './flaps.ts';
import type { BfdStatus, InterfaceRow } from './interface-row.ts';
import { sessionVerdict, rowVerdict, type Database, type BfdVerdict } from './verdict.ts';
import type { VswitchdState } from './vswitchd-state.ts';
import { EMPTY_GRACE_MS, RECONNECT_GRACE_MS, rowStateOf, type RowState } from './row-state.ts';

/** A signal and the interface whose BFD session it stands for. */
export interface BfdInterface {
  readonly signal: string;
  readonly interface: string;
}

/** What was last told of one signal. */
interface Told {
  readonly verdict: BfdVerdict | null;
  /** The last that was not `lost`: what the core holds while the observer is. */
  readonly known: 'up' | 'down' | null;
}

/** One interface and all that is known of it. */
interface Port {
  readonly name: string;
  readonly signals: Map<string, Told>;
  rowState: RowState;
  /** The last that was not empty, for its `flap_count`. */
  status: BfdStatus | null;
  /** Why it fell, where that could not be told when it happened. */
  fell: string | null;
  /** When it must be judged again though nothing changes. */
  untilMs: number;
}

const NOTHING_TOLD: Told = { verdict: null, known: null };
const UNKNOWN = { kind: 'unknown' } as const;

/**
 * The last known state of each interface. Every method takes one piece of news and
 * returns what follows: observations for the signals whose verdict changed. Time
 * comes from outside, so that tests need no clock.
 */
export class BfdTable {
  readonly #nowMs: () => number;
  #ports: ReadonlyMap<string, Port> = new Map();
  #database: Database = UNKNOWN;
  #life: VswitchdState = UNKNOWN;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** When `due()` must be called, monotonic milliseconds; Infinity: not at all. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const { untilMs } of this.#ports.values()) dueMs = Math.min(dueMs, untilMs);
    return dueMs;
  }

  /** An interface that vswitchd serves, best one whose BFD sends packets: its counters move. */
  get served(): string | null {
    let served: string | null = null;
    for (const { name, rowState } of this.#ports.values()) {
      if (rowState.kind !== 'row' || (rowState.row.ofport ?? -1) <= 0) continue;
      if (rowState.emptyUntilMs === null) return name;
      served ??= name;
    }
    return served;
  }

  /** Interfaces that were never there. */
  get missing(): readonly string[] {
    return [...this.#ports.values()]
      .filter(({ rowState }) => rowState.kind === 'missing' && !rowState.wasThere)
      .map(({ name }) => name);
  }

  /** Signals that stay keep their state; new ones are told as soon as it is known. */
  configure(interfaces: readonly BfdInterface[]): readonly Observation[] {
    const ports = new Map<string, Port>();
    for (const { signal, interface: name } of interfaces) {
      const before = this.#ports.get(name);
      const port = ports.get(name) ?? portOf(name, before);
      port.signals.set(signal, before?.signals.get(signal) ?? NOTHING_TOLD);
      ports.set(name, port);
    }
    this.#ports = ports;
    return this.#tellAll();
  }

  /** Another database is asked from now on: what the last one held is forgotten, what was told is not. */
  forget(): void {
    this.#database = UNKNOWN;
    this.#life = UNKNOWN;
    for (const port of this.#ports.values()) {
      port.rowState = UNKNOWN;
      port.status = null;
      port.untilMs = Infinity;
    }
  }

  /** These are all rows there are, of the interfaces in `asked`. */
  sync(asked: ReadonlySet<string>, rows: Iterable<InterfaceRow>): readonly Observation[] {
    this.#database = { kind: 'current' };
    const byName = new Map<string, InterfaceRow>();
    for (const row of rows) byName.set(row.name, row);
    for (const port of this.#ports.values()) {
      const row = byName.get(port.name);
      if (row !== undefined) this.#see(port, row, RECONNECT_GRACE_MS);
      else if (asked.has(port.name)) unsee(port);
    }
    return this.#tellAll();
  }

  changes(changes: readonly Change<InterfaceRow>[]): readonly Observation[] {
    const observations: Observation[] = [];
    for (const change of changes) {
      const port = this.#ports.get((change.kind === 'delete' ? change.old : change.row).name);
      if (port === undefined) continue;
      if (change.kind === 'delete') unsee(port);
      else this.#see(port, change.row, EMPTY_GRACE_MS);
      this.#tell(port, observations);
    }
    return observations;
  }

  databaseLost(reason: string): readonly Observation[] {
    this.#database = { kind: 'lost', reason };
    return this.#tellAll();
  }

  live(life: VswitchdState): readonly Observation[] {
    this.#life = life;
    return this.#tellAll();
  }

  /** Tells what changed by time alone. */
  due(): readonly Observation[] {
    return this.#tellAll();
  }

  #see(port: Port, row: InterfaceRow, graceMs: number): void {
    const nowMs = this.#nowMs();
    const rowState = rowStateOf(row, port.rowState, nowMs, graceMs);
    port.rowState = rowState;
    const verdict = rowVerdict(rowState, nowMs).verdict;
    if (verdict?.state === 'down') port.fell = verdict.reason;
    if (row.bfd_status.size === 0) return;
    const falls = port.status === null ? 0 : hiddenFalls(port.status, row.bfd_status);
    if (falls > 0) port.fell = flapReason(falls);
    port.status = row.bfd_status;
  }

  #tellAll(): readonly Observation[] {
    const observations: Observation[] = [];
    for (const port of this.#ports.values()) this.#tell(port, observations);
    return observations;
  }

  #tell(port: Port, into: Observation[]): void {
    const atMs = this.#nowMs();
    const { name, rowState, signals, fell } = port;
    const evidence = { name, rowState: rowState, database: this.#database, life: this.#life };
    const { verdict, untilMs } = sessionVerdict(evidence, atMs);
    port.untilMs = untilMs;
    if (verdict === null) return;
    // While the observer is lost, a fall waits: `lost` alone would leave the health as it was.
    if (verdict.state !== 'lost') port.fell = null;
    for (const [signal, told] of signals) {
      const hidden = verdict.state === 'up' && told.known === 'up' ? fell : null;
      if (hidden !== null) into.push({ signal, state: 'down', reason: hidden, atMs });
      else if (isSame(told.verdict, verdict)) continue;
      const known = verdict.state === 'lost' ? told.known : verdict.state;
      signals.set(signal, { verdict, known });
      into.push({ signal, state: verdict.state, reason: verdict.reason, atMs });
    }
  }
}

function portOf(name: string, before: Port | undefined): Port {
  const fresh = { rowState: UNKNOWN, status: null, fell: null, untilMs: Infinity };
  return { ...(before ?? fresh), name, signals: new Map() };
}

function unsee(port: Port): void {
  const wasThere =
    port.rowState.kind === 'row' || (port.rowState.kind === 'missing' && port.rowState.wasThere);
  port.rowState = { kind: 'missing', wasThere };
  // Whatever comes under this name is another interface.
  port.status = null;
}

function isSame(told: BfdVerdict | null, verdict: BfdVerdict): boolean {
  return told !== null && told.state === verdict.state && told.reason === verdict.reason;
}
