import { EventEmitter, once } from 'node:events';
import type {
  Change,
  ClientState,
  Columns,
  Monitor,
  MonitorSpec,
  OvsdbClient,
  Row,
} from '../../src/ovsdb-client/index.ts';

/** How long a test waits for what must happen; only a failure takes so long. */
const PATIENCE_MS = 60_000;

/**
 * Resolves with the first thing that `find` finds, looking again at each event.
 * AbortSignal.timeout would not do for the patience: its timer keeps nothing alive.
 */
async function found<T>(
  events: EventEmitter,
  find: () => T | undefined,
  explain: () => string,
): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    for (;;) {
      const thing = find();
      if (thing !== undefined) return thing;
      await once(events, 'event', { signal: patience.signal });
    }
  } catch (error) {
    if (patience.signal.aborted) throw new Error(explain(), { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Takes the first match out of the list, with all that came before it. */
function take<T, W extends T>(list: T[], isWanted: (one: T) => one is W): W | undefined {
  const first = list.find(isWanted);
  if (first !== undefined) list.splice(0, list.indexOf(first) + 1);
  return first;
}

/** One call of a monitor's handlers. */
export type Told<R> =
  | { readonly kind: 'sync'; readonly changes: readonly Change<R>[] }
  | { readonly kind: 'changes'; readonly changes: readonly Change<R>[] }
  | { readonly kind: 'stale'; readonly reason: string };

/** Records what a monitor says and lets a test wait for it. */
export class Watch<R> {
  readonly told: Told<R>[] = [];
  readonly #events = new EventEmitter();

  add(told: Told<R>): void {
    this.told.push(told);
    this.#events.emit('event');
  }

  /** Resolves with the next thing reported (from `from` on) that is of this kind. */
  async next<K extends Told<R>['kind']>(
    kind: K,
    test: (told: Extract<Told<R>, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Told<R>, { kind: K }>> {
    const isKind = (told: Told<R>): told is Extract<Told<R>, { kind: K }> => told.kind === kind;
    const isWanted = (told: Told<R>): told is Extract<Told<R>, { kind: K }> =>
      isKind(told) && test(told);
    return found(
      this.#events,
      () => take(this.told, isWanted),
      () => `no such ${kind}; told: ${JSON.stringify(this.told).slice(0, 500)}`,
    );
  }
}

/** Begins a monitor that is recorded. */
export function watch<C extends Columns>(
  client: OvsdbClient,
  spec: MonitorSpec<C>,
): { readonly monitor: Monitor<Row<C>>; readonly seen: Watch<Row<C>> } {
  const seen = new Watch<Row<C>>();
  const monitor = client.monitor(spec, {
    sync: (_rows, changes) => seen.add({ kind: 'sync', changes }),
    changes: (changes) => seen.add({ kind: 'changes', changes }),
    stale: (reason) => seen.add({ kind: 'stale', reason }),
  });
  return { monitor, seen };
}

/** Records a client's states; give `onState` to its constructor. */
export class States {
  readonly all: ClientState[] = [];
  readonly #events = new EventEmitter();
  readonly onState = (state: ClientState): void => {
    this.all.push(state);
    this.#events.emit('event');
  };

  /** Resolves with the next state of this kind, and forgets those before. */
  async next<K extends ClientState['kind']>(kind: K): Promise<Extract<ClientState, { kind: K }>> {
    const isWanted = (state: ClientState): state is Extract<ClientState, { kind: K }> =>
      state.kind === kind;
    return found(
      this.#events,
      () => take(this.all, isWanted),
      () => `no state ${kind}: ${JSON.stringify(this.all)}`,
    );
  }
}
