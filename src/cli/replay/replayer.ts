import type { Core } from '../../core/core.ts';
import { createCore } from '../../core/create.ts';
import { nextDeadlineMs, takeTurn } from '../../core/turn.ts';
import { observe } from '../../core/observe.ts';
import { request } from '../../core/request.ts';
import type { Config } from '../../model/config.ts';
import type { Observation } from '../../model/observation.ts';
import type { Turn } from '../../model/turn.ts';
import { routeDecided, weightDecided, type Decided } from './decided.ts';
import { controlReader, type ControlReader } from './controls.ts';
import type { ReadRecord } from './parse.ts';
import { Repeats } from './repeats.ts';

export interface Sides {
  readonly recorded: (decided: Decided) => void;
  readonly replayed: (decided: Decided) => void;
}

/** One process of the journal. */
interface Life {
  readonly core: Core;
  readonly wallOffsetMs: number;
  readonly controls: ControlReader;
  readonly repeats: Repeats;
  /**
   * The configuration of the record is ours. Then every turn is in the journal, at the time it
   * really was taken; otherwise deadlines are exact, and sinks act at once.
   */
  readonly isExact: boolean;
}

/**
 * The same core as the daemon's, driven by the records of a journal instead of by sources and a
 * clock: one record at a time, in their order.
 */
export class Replayer {
  readonly #config: Config;
  readonly #hash: string;
  readonly #sides: Sides;
  #life: Life | null = null;
  /** Within the head of a file whose past we have seen. */
  #isSkipping = false;
  #isMuted = false;
  /** Records that the writer could not keep. */
  dropped = 0;
  /** The journal's oldest file does not begin with a start: what was before is known in outline. */
  isPartial = false;
  /** Every process ran with our configuration, all the time. */
  isExact = true;
  firstWallMs = Infinity;
  lastWallMs = -Infinity;

  constructor(config: Config, hash: string, sides: Sides) {
    this.#config = config;
    this.#hash = hash;
    this.#sides = sides;
  }

  /** False where the record has no process that it belongs to. */
  take(record: ReadRecord): boolean {
    if (record.kind === 'start' || record.kind === 'rotated') {
      this.#begin(record);
      return true;
    }
    const life = this.#life;
    if (life === null) return false;
    if (record.kind === 'dropped') this.dropped += record.records;
    if (this.#isSkipping) {
      this.#isSkipping = record.kind !== 'continued';
      return true;
    }
    this.#play(life, record);
    return true;
  }

  #begin(head: Extract<ReadRecord, { kind: 'start' | 'rotated' }>): void {
    this.#isSkipping = head.kind === 'rotated' && this.#life !== null;
    if (this.#isSkipping) return;
    if (head.kind === 'rotated') this.isPartial = true;
    const isExact = head.config === this.#hash;
    if (!isExact) this.isExact = false;
    const core = createCore(this.#config, head.atMs);
    const wallOffsetMs = head.wallMs - head.atMs;
    this.#see(head.wallMs);
    const repeats = new Repeats(this.#config);
    this.#life = { core, wallOffsetMs, controls: controlReader(this.#config), repeats, isExact };
    if (!isExact) this.#turn(this.#life, head.atMs);
  }

  #see(wallMs: number): void {
    this.firstWallMs = Math.min(this.firstWallMs, wallMs);
    this.lastWallMs = Math.max(this.lastWallMs, wallMs);
  }

  #play(life: Life, record: ReadRecord): void {
    switch (record.kind) {
      case 'observation':
        this.#catchUp(life, record.atMs);
        this.#observe(life, record);
        return;
      case 'known': {
        const target = life.core.graph.targets.get(record.signal);
        if (target === undefined) return;
        const { rise, fall } = target.settle;
        // As often as it takes: this is the result that its health is from.
        for (let n = Math.max(rise, fall); n > 0; n -= 1) observe(life.core, record);
        return;
      }
      case 'control': {
        if (record.control.kind === 'config' && record.control.hash !== this.#hash) {
          this.isExact = false;
        }
        const control = life.controls(record.control, life.isExact);
        this.#catchUp(life, record.atMs);
        if (control !== null) request(life.core, control, record.atMs);
        return;
      }
      case 'turn':
        this.#catchUp(life, record.atMs);
        this.#turn(life, record.atMs);
        return;
      case 'continued':
        // What follows from what was known is nothing new.
        this.#isMuted = true;
        this.#turn(life, record.atMs);
        this.#isMuted = false;
        return;
      case 'decision':
        this.#sides.recorded(routeDecided(record, record.atMs + life.wallOffsetMs));
        return;
      case 'weight':
        this.#sides.recorded(weightDecided(record, record.atMs + life.wallOffsetMs));
        return;
      case 'start':
      case 'rotated':
      case 'dropped':
      case 'health':
      case 'action':
        return;
      default:
        record satisfies never;
    }
  }

  #observe(life: Life, observation: Observation): void {
    observe(life.core, observation);
    if (!life.isExact) life.repeats.expect(observation);
  }

  /** With another configuration: what falls due before the next record, in its order. */
  #catchUp(life: Life, toMs: number): void {
    if (life.isExact) return;
    const { core, repeats } = life;
    for (;;) {
      const dueMs = nextDeadlineMs(core);
      const atMs = Math.min(dueMs, repeats.nextMs);
      if (!(atMs < toMs)) return;
      const repeated = repeats.popDue(atMs);
      // Only a target that has not settled yet waits for more of the same.
      const isNews = repeated !== null && observe(core, repeated);
      if (isNews) repeats.expect(repeated);
      if (isNews || dueMs <= atMs) this.#turn(life, atMs);
    }
  }

  #turn(life: Life, atMs: number): void {
    this.#see(atMs + life.wallOffsetMs);
    let turn = takeTurn(life.core, atMs);
    while (turn !== null) {
      this.#record(life, turn);
      if (life.isExact || !this.#answer(life, turn, atMs)) return;
      turn = takeTurn(life.core, atMs);
    }
  }

  #record(life: Life, turn: Turn): void {
    if (this.#isMuted) return;
    for (const decision of turn.decisions) {
      this.#sides.replayed(routeDecided(decision, decision.atMs + life.wallOffsetMs));
    }
    for (const decision of turn.weightDecisions) {
      this.#sides.replayed(weightDecided(decision, decision.atMs + life.wallOffsetMs));
    }
  }

  /** What sinks would report at once if all goes well. True where the core wants a turn for it. */
  #answer(life: Life, { intents }: Turn, atMs: number): boolean {
    const sent = intents.changed.filter((key) => intents.routes.get(key)?.kind === 'withdraw');
    const weights = new Map<string, number | 'removed'>();
    for (const key of intents.changedWeights) {
      const intent = intents.weights.get(key);
      if (intent !== undefined) weights.set(key, intent.weight);
    }
    const isSentWanted = sent.length > 0 && request(life.core, { kind: 'sent', keys: sent }, atMs);
    const isWeightsWanted =
      weights.size > 0 && request(life.core, { kind: 'weights', weights }, atMs);
    return isSentWanted || isWeightsWanted;
  }
}
