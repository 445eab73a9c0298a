import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { nowMs } from '../platform/clock.ts';
import { eventsOf, eventText, type LiveEvent, type UnsentEvent } from './events.ts';
import { textFrame } from './frame.ts';
import type { History } from './history.ts';
import { StreamClient } from './stream-client.ts';
import type { WallClock } from './wall-clock.ts';

/** What waits to become events; what comes beyond it is counted and left out. */
const QUEUE_MAX = 50_000;

/** Changes of observations in one batch; a site that is lost has 20,000 in one second. */
const OBSERVATIONS_MAX = 500;

/** Batches of a busy stream are this far apart; the first after a quiet time goes at once. */
const BATCH_GAP_MS = 10;

/** The loop is given back after this long. */
const SLICE_MS = 2;

/** The state that a new client starts from, and the number of the last event before it. */
export interface StreamSnapshot {
  readonly seq: number;
  /** `{ … }` of the status. */
  readonly status: string;
}

/**
 * Everything that happens, in order, to every client that listens.
 *
 * `push` only keeps: what has to be done for a change is done before any client
 * gets it. Each event is made once, numbered, kept for the history, and framed once
 * for all clients; the batch of one moment is one write to each of them.
 */
export class Stream {
  readonly #clock: WallClock;
  readonly #history: History;
  readonly #aliveMs: number;
  readonly #snapshot: () => Promise<StreamSnapshot | null>;
  readonly #clients = new Set<StreamClient>();
  #queue: LiveEvent[] = [];
  #skipped = 0;
  #observations = 0;
  #seq = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  #lastBatchMs = -Infinity;

  /** @param aliveMs clients are asked for a sign of life this often, and given up without one. */
  constructor(
    clock: WallClock,
    history: History,
    snapshot: () => Promise<StreamSnapshot | null>,
    aliveMs: number,
  ) {
    this.#clock = clock;
    this.#history = history;
    this.#snapshot = snapshot;
    this.#aliveMs = aliveMs;
  }

  /** The number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes what happened. Costs nothing worth mentioning: everything else comes later. */
  push(live: LiveEvent): void {
    const isObservation = live.kind === 'observation';
    if (isObservation && this.#clients.size === 0) return;
    if (
      this.#queue.length >= QUEUE_MAX ||
      (isObservation && this.#observations >= OBSERVATIONS_MAX)
    ) {
      this.#skipped += 1;
      return;
    }
    if (isObservation) this.#observations += 1;
    this.#queue.push(live);
    this.#schedule();
  }

  /** Sends the snapshot, then every event after it, until the client goes or is too slow. */
  async join(socket: WebSocket, transport: Duplex): Promise<void> {
    const client = new StreamClient(
      socket,
      transport,
      () => this.#clients.delete(client),
      this.#aliveMs,
    );
    this.#clients.add(client);
    const snapshot = await this.#snapshot().catch(() => null);
    if (snapshot === null) return client.refuse('the daemon is starting or stopping');
    const { seq, status } = snapshot;
    const at = this.#clock.text(this.#clock.nowMs());
    const head = `{"type":"snapshot","seq":${seq},"at":"${at}",`;
    client.begin(textFrame(head + status.slice(1)), seq);
  }

  /** Sends nothing any more. The connections belong to the server that they came by. */
  close(): void {
    if (this.#timer !== null) clearTimer(this.#timer);
    this.#timer = null;
    this.#isClosed = true;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isClosed) return;
    const waitMs = this.#lastBatchMs + BATCH_GAP_MS - nowMs();
    const flush = (): void => this.#flush();
    this.#timer = waitMs > 0 ? setTimeout(flush, waitMs) : setImmediate(flush);
  }

  #flush(): void {
    this.#timer = null;
    const queue = this.#takeQueue();
    const untilMs = nowMs() + SLICE_MS;
    const frames: Buffer[] = [];
    let done = 0;
    for (const live of queue) {
      for (const event of eventsOf(live, this.#clock)) this.#write(event, frames);
      done += 1;
      if (nowMs() >= untilMs) break;
    }
    if (done < queue.length) this.#queue = [...queue.slice(done), ...this.#queue];
    if (frames.length > 0) {
      const batch = Buffer.concat(frames);
      for (const client of this.#clients) client.events(batch, this.#seq);
    }
    if (this.#queue.length === 0) this.#lastBatchMs = nowMs();
    else this.#timer = setImmediate(() => this.#flush());
  }

  #takeQueue(): readonly LiveEvent[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#observations = 0;
    if (this.#skipped > 0) {
      queue.push({ kind: 'skipped', count: this.#skipped, atMs: this.#clock.nowMs() });
      this.#skipped = 0;
    }
    return queue;
  }

  #write(event: UnsentEvent, frames: Buffer[]): void {
    this.#seq += 1;
    const json = eventText(event, this.#seq, this.#clock);
    this.#history.add(event, json);
    if (this.#clients.size > 0) frames.push(textFrame(json));
  }
}

function clearTimer(timer: NodeJS.Timeout | NodeJS.Immediate): void {
  if ('refresh' in timer) clearTimeout(timer);
  else clearImmediate(timer);
}
