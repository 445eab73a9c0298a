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

/** What was last emitted for one signal. */
interface Emitted {
  readonly verdict: BfdVerdict | null;
  /** The last state that was not `lost`: what the core keeps while the observer is lost. */
  readonly known: 'up' | 'down' | null;
}

/** One interface and all that is known about it. */
interface Port {
  readonly name: string;
  readonly signals: Map<string, Emitted>;
  rowState: RowState;
  /** The last `bfd_status` that was not empty, for its `flap_count`. */
  status: BfdStatus | null;
  /** Why it went down, where that could not be emitted when it happened. */
  fallReason: string | null;
  /** When the verdict must be formed again though no event comes. */
  untilMs: number;
}

const NOTHING_EMITTED: Emitted = { verdict: null, known: null };
const UNKNOWN = { kind: 'unknown' } as const;

/**
 * The last known state of each interface. Every method takes one event and returns the
 * observations that follow: one for each signal whose verdict changed. The time is injected, so
 * that tests need no clock.
 */
export class BfdTable {
  readonly #nowMs: () => number;
  #ports: ReadonlyMap<string, Port> = new Map();
  #database: Database = UNKNOWN;
  #vswitchd: VswitchdState = UNKNOWN;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** When `due()` must be called, monotonic milliseconds; Infinity: not at all. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const { untilMs } of this.#ports.values()) dueMs = Math.min(dueMs, untilMs);
    return dueMs;
  }

  /** An interface that vswitchd forwards on, preferably one with BFD: its counters change. */
  get served(): string | null {
    let served: string | null = null;
    for (const { name, rowState } of this.#ports.values()) {
      if (rowState.kind !== 'row' || (rowState.row.ofport ?? -1) <= 0) continue;
      if (rowState.emptyUntilMs === null) return name;
      served ??= name;
    }
    return served;
  }

  /** Interfaces that never existed. */
  get missing(): readonly string[] {
    return [...this.#ports.values()]
      .filter(({ rowState }) => rowState.kind === 'missing' && !rowState.wasThere)
      .map(({ name }) => name);
  }

  /** Signals that stay keep their state; a new one is emitted as soon as its state is known. */
  configure(interfaces: readonly BfdInterface[]): readonly Observation[] {
    const ports = new Map<string, Port>();
    for (const { signal, interface: name } of interfaces) {
      const before = this.#ports.get(name);
      const port = ports.get(name) ?? portOf(name, before);
      port.signals.set(signal, before?.signals.get(signal) ?? NOTHING_EMITTED);
      ports.set(name, port);
    }
    this.#ports = ports;
    return this.#emitAll();
  }

  /** Another database follows: drops what the last one held, and keeps what was emitted. */
  forget(): void {
    this.#database = UNKNOWN;
    this.#vswitchd = UNKNOWN;
    for (const port of this.#ports.values()) {
      port.rowState = UNKNOWN;
      port.status = null;
      port.untilMs = Infinity;
    }
  }

  /** `rows` are all rows of the interfaces in `monitored`. */
  sync(monitored: ReadonlySet<string>, rows: Iterable<InterfaceRow>): readonly Observation[] {
    this.#database = { kind: 'current' };
    const byName = new Map<string, InterfaceRow>();
    for (const row of rows) byName.set(row.name, row);
    for (const port of this.#ports.values()) {
      const row = byName.get(port.name);
      if (row !== undefined) this.#takeRow(port, row, RECONNECT_GRACE_MS);
      else if (monitored.has(port.name)) removeRow(port);
    }
    return this.#emitAll();
  }

  changes(changes: readonly Change<InterfaceRow>[]): readonly Observation[] {
    const observations: Observation[] = [];
    for (const change of changes) {
      const port = this.#ports.get((change.kind === 'delete' ? change.old : change.row).name);
      if (port === undefined) continue;
      if (change.kind === 'delete') removeRow(port);
      else this.#takeRow(port, change.row, EMPTY_GRACE_MS);
      this.#emitChanged(port, observations);
    }
    return observations;
  }

  databaseLost(reason: string): readonly Observation[] {
    this.#database = { kind: 'lost', reason };
    return this.#emitAll();
  }

  vswitchdChanged(vswitchd: VswitchdState): readonly Observation[] {
    this.#vswitchd = vswitchd;
    return this.#emitAll();
  }

  /** What changes by time alone. */
  due(): readonly Observation[] {
    return this.#emitAll();
  }

  #takeRow(port: Port, row: InterfaceRow, graceMs: number): void {
    const nowMs = this.#nowMs();
    const rowState = rowStateOf(row, port.rowState, nowMs, graceMs);
    port.rowState = rowState;
    const verdict = rowVerdict(rowState, nowMs).verdict;
    if (verdict?.state === 'down') port.fallReason = verdict.reason;
    if (row.bfd_status.size === 0) return;
    const falls = port.status === null ? 0 : hiddenFalls(port.status, row.bfd_status);
    if (falls > 0) port.fallReason = flapReason(falls);
    port.status = row.bfd_status;
  }

  #emitAll(): readonly Observation[] {
    const observations: Observation[] = [];
    for (const port of this.#ports.values()) this.#emitChanged(port, observations);
    return observations;
  }

  #emitChanged(port: Port, into: Observation[]): void {
    const atMs = this.#nowMs();
    const { name, rowState, signals, fallReason } = port;
    const evidence = { name, rowState, database: this.#database, vswitchd: this.#vswitchd };
    const { verdict, untilMs } = sessionVerdict(evidence, atMs);
    port.untilMs = untilMs;
    if (verdict === null) return;
    // While the observer is lost, a fall is kept for later: `lost` alone leaves the health as it was.
    if (verdict.state !== 'lost') port.fallReason = null;
    for (const [signal, emitted] of signals) {
      const hidden = verdict.state === 'up' && emitted.known === 'up' ? fallReason : null;
      if (hidden !== null) into.push({ signal, state: 'down', reason: hidden, atMs });
      else if (isSame(emitted.verdict, verdict)) continue;
      const known = verdict.state === 'lost' ? emitted.known : verdict.state;
      signals.set(signal, { verdict, known });
      into.push({ signal, state: verdict.state, reason: verdict.reason, atMs });
    }
  }
}

function portOf(name: string, before: Port | undefined): Port {
  const fresh = { rowState: UNKNOWN, status: null, fallReason: null, untilMs: Infinity };
  return { ...(before ?? fresh), name, signals: new Map() };
}

function removeRow(port: Port): void {
  const wasThere =
    port.rowState.kind === 'row' || (port.rowState.kind === 'missing' && port.rowState.wasThere);
  port.rowState = { kind: 'missing', wasThere };
  // A row that comes under this name is another interface.
  port.status = null;
}

function isSame(emitted: BfdVerdict | null, verdict: BfdVerdict): boolean {
  return emitted?.state === verdict.state && emitted.reason === verdict.reason;
}
