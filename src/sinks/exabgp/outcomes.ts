import type { ExabgpCommand, WantedRoute } from './ledger-entry.ts';

/** What became of changes. `reason` is empty where there is nothing to add. */
export interface Outcome {
  readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
  /** The command line; empty where nothing had to be, or could be, written. */
  readonly text: string;
  readonly wants: readonly WantedRoute[];
  readonly reason: string;
}

/** Outcomes that are not reported yet, in their order: the session writes first and reports then. */
export class Outcomes {
  #outcomes: Outcome[] = [];
  /** By command; `null`: nothing had to be written. */
  #confirmed = new Map<ExabgpCommand | null, WantedRoute[]>();

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
  }

  /** Collects what is confirmed of one command into one outcome. Each want is confirmed once. */
  confirm(command: ExabgpCommand | null, want: WantedRoute): void {
    if (want.isConfirmed) return;
    want.isConfirmed = true;
    const collected = this.#confirmed.get(command);
    if (collected !== undefined) {
      collected.push(want);
      return;
    }
    const wants = [want];
    this.#confirmed.set(command, wants);
    this.add({ result: 'confirmed', text: command?.text ?? '', wants, reason: '' });
  }

  take(): readonly Outcome[] {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    this.#confirmed = new Map();
    return outcomes;
  }
}
