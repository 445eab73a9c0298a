import type { SinkReport } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';
import type { Teller } from './tell.ts';

/** Lines about one thing in a minute: a signal, a route's decisions, a command and its result. */
const LINES_MAX = 10;
/** Lines of one event in a minute that sources, sinks or the core say in their own words. */
const NOTICES_MAX = 100;
const PERIOD_MS = 60_000;
/** Things that are named at the end of a minute, each with how much of it was left out. */
const NAMED_MAX = 20;

export interface Calm {
  /** Tells the same, with less of what repeats itself; all tellers of one `Calm` count together. */
  readonly over: (teller: Teller) => Teller;
  /** Tells what was left out until now, and ends the minute. */
  readonly flush: () => void;
}

type MayTell = (about: string, linesMax?: number) => boolean;

/**
 * Keeps a thing that flaps from filling the log: beyond `LINES_MAX` a minute, lines about it are
 * counted and not told, and the count is told when the minute is over. Only words are left out:
 * the journal has it all. Holds one entry for each thing that was told of in this minute.
 *
 * @param rest is told how much was left out.
 */
export function calmly(rest: Teller): Calm {
  const told = new Map<string, { count: number; readonly linesMax: number }>();
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const leftOut = [...told].flatMap(([about, { count, linesMax }]) =>
      count > linesMax ? [{ about, count: count - linesMax }] : [],
    );
    told.clear();
    tellLeftOut(leftOut, rest);
  };
  const mayTell: MayTell = (about, linesMax = LINES_MAX) => {
    // A count that nobody waits for keeps no process alive.
    timer ??= setTimeout(flush, PERIOD_MS).unref();
    const entry = told.get(about) ?? { count: 0, linesMax };
    entry.count += 1;
    told.set(about, entry);
    return entry.count <= linesMax;
  };
  const over = (teller: Teller): Teller => ({
    turn: (turn) => teller.turn(calmTurn(turn, mayTell)),
    report(report) {
      if (mayReport(report, mayTell)) teller.report(report);
    },
    notice(notice) {
      if (mayTell(`event ${notice.event}`, NOTICES_MAX)) teller.notice(notice);
    },
  });
  return { over, flush };
}

function calmTurn(turn: Turn, mayTell: MayTell): Turn {
  return {
    ...turn,
    changes: turn.changes.filter(({ name }) => mayTell(`health of ${name}`)),
    decisions: turn.decisions.filter(({ route }) => mayTell(`route ${route.key}`)),
    weightDecisions: turn.weightDecisions.filter(({ server }) => mayTell(`weight of ${server}`)),
    notices: turn.notices.filter(({ event }) => mayTell(`event ${event}`, NOTICES_MAX)),
  };
}

function mayReport(report: SinkReport, mayTell: MayTell): boolean {
  const { sink, kind } = report;
  switch (kind) {
    case 'action':
      return mayTell(`${sink}: ${report.result} ${report.keys[0] ?? ''}`);
    case 'notice':
      return mayTell(`event ${report.event}`, NOTICES_MAX);
    case 'state':
    case 'adopted':
      return mayTell(`sink ${sink}`);
    case 'table':
    case 'connections':
      // Nothing is said of them anyway.
      return true;
    default:
      return kind satisfies never;
  }
}

function tellLeftOut(
  leftOut: readonly { readonly about: string; readonly count: number }[],
  { notice }: Teller,
): void {
  const say = (about: string, count: number): void => {
    const message = `${about}: ${count} more lines within a minute were left out`;
    notice({ level: 'warn', event: 'lines_left_out', message });
  };
  for (const { about, count } of leftOut.slice(0, NAMED_MAX)) say(about, count);
  const others = leftOut.slice(NAMED_MAX);
  const count = others.reduce((sum, one) => sum + one.count, 0);
  if (others.length > 0) say(`${others.length} others`, count);
}
