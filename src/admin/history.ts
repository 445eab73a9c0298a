import type { UnsentEvent } from './events.ts';

/** Transitions and actions older than this are forgotten. */
export const KEEP_MS = 3_600_000;

/** What a flapping signal may fill; 5,000 servers that fall and rise fit. */
export const TRANSITIONS_MAX = 10_000;

/** The last commands: more than a page shows. */
export const ACTIONS_MAX = 1_000;

interface Entry {
  readonly atMs: number;
  readonly json: string;
}

/** The last hour, for the page's time line: events as they were sent, oldest first. */
export class History {
  readonly #transitions = new Ring(TRANSITIONS_MAX);
  readonly #actions = new Ring(ACTIONS_MAX);

  /** `json`: the event as the stream has it. */
  add({ atMs, event }: UnsentEvent, json: string): void {
    switch (event.type) {
      case 'health':
      case 'decision':
      case 'drain':
      case 'sink':
      case 'notice':
        this.#transitions.add({ atMs, json });
        break;
      case 'action':
        this.#actions.add({ atMs, json });
        break;
      case 'observation':
      case 'weight':
      case 'skipped':
        // Observations lead to transitions; weights change each second while a server starts slowly.
        break;
      default:
        event satisfies never;
    }
  }

  /** Puts what happened before in front. */
  prepend(past: History): void {
    this.#transitions.prepend(past.#transitions);
    this.#actions.prepend(past.#actions);
  }

  /** The JSON of `GET /api/v1/history`. */
  json(nowMs: number): string {
    const fromMs = nowMs - KEEP_MS;
    const transitions = this.#transitions.since(fromMs).join(',');
    const actions = this.#actions.since(fromMs).join(',');
    return `{"transitions":[${transitions}],"actions":[${actions}]}`;
  }
}

/** The newest entries, in a list that is overwritten from its start when it is full. */
class Ring {
  readonly #max: number;
  readonly #entries: Entry[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(entry: Entry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#max;
  }

  prepend(past: Ring): void {
    const all = [...past.#inOrder(), ...this.#inOrder()];
    this.#entries.length = 0;
    this.#next = 0;
    for (const entry of all) this.add(entry);
  }

  #inOrder(): readonly Entry[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  since(fromMs: number): readonly string[] {
    return this.#inOrder()
      .filter(({ atMs }) => atMs >= fromMs)
      .map(({ json }) => json);
  }
}
