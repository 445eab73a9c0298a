import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { journalPast } from '../../../src/cli/past/read-past.ts';
import type { PastEvent } from '../../../src/model/past.ts';
import { JOURNAL_NAME } from '../../../src/sinks/journal/journal.ts';
import { folder } from '../../sinks/journal/harness.ts';

export const hourMs = 3_600_000;
export const toWallMs = Date.now();
export const span = {
  fromWallMs: toWallMs - hourMs,
  toWallMs,
  changesMax: 10_000,
  actionsMax: 1000,
};

interface Read {
  /** Each as `what` and its time of the wall clock. */
  readonly events: readonly (readonly [what: string, wallMs: number])[];
  readonly problem: string | null;
}

export function place(context: TestContext): string {
  const { path, remove } = folder();
  context.after(remove);
  return join(path, JOURNAL_NAME);
}

export async function readAll(
  file: string,
  signal = new AbortController().signal,
  wanted = span,
): Promise<Read> {
  const events: [string, number][] = [];
  const problem = await journalPast(file)(
    wanted,
    (event, clock) => {
      const { what, atMs } = wordsOf(event);
      events.push([what, clock.wallMs + (atMs - clock.atMs)]);
    },
    signal,
  );
  return { events, problem };
}

export function wordsOf(event: PastEvent): { readonly what: string; readonly atMs: number } {
  switch (event.kind) {
    case 'health': {
      const { name, to, atMs } = event.change;
      return { what: `${name} ${to}`, atMs };
    }
    case 'decision': {
      const { route: of, to, atMs } = event.decision;
      return { what: `${of.key} ${to}`, atMs };
    }
    case 'action': {
      const { command, atMs } = event.report;
      return { what: command, atMs };
    }
    case 'drain':
      return { what: `drain ${event.change} ${event.drain.name} by ${event.by}`, atMs: event.atMs };
    default:
      return event satisfies never;
  }
}

export const at = (agoMs: number) => ({ atMs: hourMs * 9 - agoMs });
export const cause = { kind: 'config', atMs: 0 };
export const line = (value: object): string => `${JSON.stringify(value)}\n`;
/** A process that began nine hours by its own clock before the end of the span. */
export const head = (kind = 'start', format = 1): string =>
  line({
    kind,
    format,
    atMs: 0,
    wallMs: toWallMs - hourMs * 9,
    node: 'lb-a',
    version: '',
    config: '',
  });
export const health = (name: string, agoMs: number): string =>
  line({ kind: 'health', name, from: 'up', to: 'down', reason: 'refused', ...at(agoMs), cause });
export const drain = { name: 'web', reason: 'new kernel', owner: 'ana', untilMs: null };
