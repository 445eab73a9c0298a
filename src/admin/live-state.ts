import type { Observation } from '../model/observation.ts';
import type { ActionReport, SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';

/** What was observed last of one signal. One shape, changed in place: 20,000 of these change each second. */
interface Seen {
  state: Observation['state'];
  latencyMs: number | null;
}

/** So many falls within so long are flapping: more than one repair and one relapse. */
const FLAPPING_FALLS = 3;
const FLAPPING_MS = 10 * 60_000;

/** What a sink reported about itself and its work. */
export interface SinkFacts {
  readonly name: string;
  readonly state: 'connected' | 'lost' | 'off';
  readonly peerVersion: string | null;
  readonly reason: string;
  /** Routes and real servers whose last command was not answered yet. */
  readonly pending: number;
  readonly rejected: number;
}

interface Sink {
  state: SinkFacts['state'];
  peerVersion: string | null;
  reason: string;
  rejected: number;
  readonly pendingKeys: Set<string>;
  /** It answers: a script or a switched-off API would be waited for without an end. */
  hasConfirmed: boolean;
  /** Routes whose last command was sent, refused or left without an answer. */
  readonly openKeys: Set<string>;
}

/**
 * What the core does not keep, folded from what flows by: latencies, the state of
 * each sink, and whether what was decided for a route was confirmed.
 */
export class LiveState {
  readonly #seen = new Map<string, Seen>();
  readonly #sinks = new Map<string, Sink>();
  readonly #confirmed = new Set<string>();
  /** When each fell last, as often as matters; monotonic. */
  readonly #fallsMs = new Map<string, readonly number[]>();

  /** The hot path: one Map and a comparison. True where the state differs from the last one. */
  observe(observation: Observation): boolean {
    const { signal, state, latencyMs } = observation;
    const seen = this.#seen.get(signal);
    if (seen === undefined) {
      this.#seen.set(signal, { state, latencyMs: latencyMs ?? null });
      return true;
    }
    if (latencyMs !== undefined) seen.latencyMs = latencyMs;
    if (seen.state === state) return false;
    seen.state = state;
    return true;
  }

  /** What was decided anew is not confirmed any more. */
  turn(turn: Turn): void {
    for (const { route } of turn.decisions) this.#confirmed.delete(route.key);
    for (const { name, from, to, atMs } of turn.changes) {
      if (from !== 'up' || to !== 'down') continue;
      const falls = this.#fallsMs.get(name) ?? [];
      this.#fallsMs.set(name, [...falls, atMs].slice(-FLAPPING_FALLS));
    }
  }

  report(report: SinkEvent): void {
    switch (report.kind) {
      case 'action':
        return this.#action(report);
      case 'state': {
        const sink = this.#sink(report.sink);
        sink.state = report.state;
        sink.peerVersion = report.peerVersion ?? sink.peerVersion;
        sink.reason = report.reason;
        // Nothing is left that could answer.
        if (report.state !== 'connected') {
          sink.pendingKeys.clear();
          sink.openKeys.clear();
          sink.hasConfirmed = false;
        }
        return;
      }
      case 'adopted':
      case 'notice':
        // Neither says what holds from now on.
        return;
      default:
        report satisfies never;
    }
  }

  /** Milliseconds; `null` where no result had one. */
  latencyMs(signal: string): number | null {
    return this.#seen.get(signal)?.latencyMs ?? null;
  }

  /** Whether a signal or real server falls again and again. */
  isFlapping(name: string, atMs: number): boolean {
    const falls = this.#fallsMs.get(name) ?? [];
    const [first = -Infinity] = falls;
    return falls.length === FLAPPING_FALLS && first > atMs - FLAPPING_MS;
  }

  /** Whether the sink has confirmed what was decided last for this route. */
  isConfirmed(routeKey: string): boolean {
    return this.#confirmed.has(routeKey);
  }

  /** Whether a sink that answers has yet to confirm the last command for this route. */
  isAwaited(routeKey: string): boolean {
    for (const { hasConfirmed, openKeys } of this.#sinks.values()) {
      if (hasConfirmed && openKeys.has(routeKey)) return true;
    }
    return false;
  }

  sinks(): readonly SinkFacts[] {
    return [...this.#sinks].map(([name, sink]) => ({
      name,
      state: sink.state,
      peerVersion: sink.peerVersion,
      reason: sink.reason,
      pending: sink.pendingKeys.size,
      rejected: sink.rejected,
    }));
  }

  /** Forgets what a new configuration does not name any more. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    for (const name of this.#fallsMs.keys()) if (!names.has(name)) this.#fallsMs.delete(name);
  }

  #action({ sink: name, action, keys, result }: ActionReport): void {
    const sink = this.#sink(name);
    const isOfRoutes = action === 'announce' || action === 'withdraw';
    if (result === 'rejected') sink.rejected += 1;
    for (const key of keys) {
      if (result === 'sent') sink.pendingKeys.add(key);
      else sink.pendingKeys.delete(key);
      if (!isOfRoutes) continue;
      if (result === 'confirmed') {
        this.#confirmed.add(key);
        sink.openKeys.delete(key);
        sink.hasConfirmed = true;
      } else {
        this.#confirmed.delete(key);
        sink.openKeys.add(key);
      }
    }
  }

  #sink(name: string): Sink {
    let sink = this.#sinks.get(name);
    if (sink === undefined) {
      sink = {
        state: 'lost',
        peerVersion: null,
        reason: '',
        rejected: 0,
        pendingKeys: new Set(),
        hasConfirmed: false,
        openKeys: new Set(),
      };
      this.#sinks.set(name, sink);
    }
    return sink;
  }
}
