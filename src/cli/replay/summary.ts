import type { Decided } from './decided.ts';
import type { Decisions } from './difference.ts';

/** What one side comes to. */
export interface Summary {
  /** Routes that were withdrawn after they had been announced. */
  readonly flapped: number;
  readonly withdraws: number;
  /** Added up over all routes, from each withdraw to the next announcement or the end. */
  readonly withdrawnMs: number;
  readonly weightChanges: number;
}

export function summarize(decisions: Decisions, endMs: number): Summary {
  let [flapped, withdraws, withdrawnMs, weightChanges] = [0, 0, 0, 0];
  for (const list of decisions.byKey.values()) {
    if (list[0]?.kind === 'weight') {
      weightChanges += list.length;
      continue;
    }
    const own = withdrawsOf(list);
    withdraws += own;
    if (own > 0) flapped += 1;
    withdrawnMs += withdrawnMsOf(list, endMs);
  }
  return { flapped, withdraws, withdrawnMs, weightChanges };
}

function withdrawsOf(list: readonly Decided[]): number {
  let isAnnounced = false;
  let withdraws = 0;
  for (const { state } of list) {
    if (state === 'withdrawn' && isAnnounced) withdraws += 1;
    isAnnounced = state !== 'withdrawn';
  }
  return withdraws;
}

function withdrawnMsOf(list: readonly Decided[], endMs: number): number {
  let totalMs = 0;
  for (const [index, { state, wallMs }] of list.entries()) {
    if (state === 'withdrawn') totalMs += (list[index + 1]?.wallMs ?? endMs) - wallMs;
  }
  return totalMs;
}

/** A small table: recorded and replayed, side by side. */
export function summaryLines(recorded: Summary, replayed: Summary): readonly string[] {
  const count = (label: string, name: 'flapped' | 'withdraws' | 'weightChanges'): string =>
    row(label, `${recorded[name]}`, `${replayed[name]}`);
  return [
    row('', 'recorded', 'replayed'),
    count('routes flapped', 'flapped'),
    count('withdraws', 'withdraws'),
    row('minutes withdrawn', minutes(recorded.withdrawnMs), minutes(replayed.withdrawnMs)),
    count('weight changes', 'weightChanges'),
  ];
}

function row(label: string, left: string, right: string): string {
  return `${label.padEnd(18)}${left.padStart(10)}${right.padStart(10)}`;
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1);
}
