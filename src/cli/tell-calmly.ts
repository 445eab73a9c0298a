import type { SinkReport } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';
import type { Teller } from './tell.ts';

/** Lines about one thing in a period: a signal, a route's decisions, a command and its result. */
const LINES_MAX = 10;
/** Lines of one event in a period that sources, sinks or the core say in their own words. */
const NOTICES_MAX = 100;
const PERIOD_MS = 30_000;
/** Things that are named at the end of a period, each with how much of it was left out. */
const NAMED_MAX = 20;
/** Lines told at the end of a period in one turn of the loop: about a millisecond. */
const SLICE_MAX = 64;

export interface Calm {
  /** Tells the same, with less of what repeats itself; all tellers of one `Calm` count together. */
  readonly over: (teller: Teller) => Teller;
  /** Tells what was left out until now, at once. */
  readonly flush: () => void;
}

/** Told of in this period. */
interface About {
  count: number;
  readonly linesMax: number;
  /** The newest line that was left out. */
  tellLast: Tell;
}

type Tell = () => void;
type MayTell = (about: string, tell: Tell, linesMax?: number) => boolean;

/**
 * Keeps a thing that flaps from filling the log: beyond `LINES_MAX` in half a minute, lines about
 * it are counted and not told. When that is over the count is told, and the last of these lines,
 * so that what the log says last is so. The journal has them all. Holds one entry for each thing
 * that was told of in this period.
 *
 * @param rest is told how much was left out.
 */
export function calmly(rest: Teller): Calm {
  const told = new Map<string, About>();
  let timer: NodeJS.Timeout | null = null;
  let waiting: readonly Tell[] = [];

  const endPeriod = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const leftOut = [...told].filter(([, { count, linesMax }]) => count > linesMax);
    told.clear();
    waiting = [...waiting, ...countsOf(leftOut, rest), ...leftOut.map(([, one]) => one.tellLast)];
  };
  const tellSlice = (): void => {
    const slice = waiting.slice(0, SLICE_MAX);
    waiting = waiting.slice(SLICE_MAX);
    for (const tell of slice) tell();
    if (waiting.length > 0) setImmediate(tellSlice);
  };
  const mayTell: MayTell = (about, tellLast, linesMax = LINES_MAX) => {
    // A count that nobody waits for keeps no process alive.
    timer ??= setTimeout(() => {
      endPeriod();
      tellSlice();
    }, PERIOD_MS).unref();
    const entry = told.get(about) ?? { count: 0, linesMax, tellLast };
    entry.count += 1;
    entry.tellLast = tellLast;
    told.set(about, entry);
    return entry.count <= linesMax;
  };
  const over = (teller: Teller): Teller => ({
    turn: (turn) => teller.turn(calmTurn(turn, teller, mayTell)),
    report(report) {
      if (mayReport(report, () => teller.report(report), mayTell)) teller.report(report);
    },
    notice(notice) {
      const tell = (): void => teller.notice(notice);
      if (mayTell(`event ${notice.event}`, tell, NOTICES_MAX)) tell();
    },
  });
  const flush = (): void => {
    endPeriod();
    const all = waiting;
    waiting = [];
    for (const tell of all) tell();
  };
  return { over, flush };
}

function calmTurn(turn: Turn, teller: Teller, mayTell: MayTell): Turn {
  const nothing = { ...turn, changes: [], decisions: [], weightDecisions: [], notices: [] };
  const alone =
    (part: Partial<Turn>): Tell =>
    () =>
      teller.turn({ ...nothing, ...part });
  return {
    ...turn,
    changes: turn.changes.filter((one) =>
      mayTell(`health of ${one.name}`, alone({ changes: [one] })),
    ),
    decisions: turn.decisions.filter((one) =>
      mayTell(`route ${one.route.key}`, alone({ decisions: [one] })),
    ),
    weightDecisions: turn.weightDecisions.filter((one) =>
      mayTell(`weight of ${one.server}`, alone({ weightDecisions: [one] })),
    ),
    notices: turn.notices.filter((one) =>
      mayTell(`event ${one.event}`, alone({ notices: [one] }), NOTICES_MAX),
    ),
  };
}

function mayReport(report: SinkReport, tell: Tell, mayTell: MayTell): boolean {
  const { sink, kind } = report;
  switch (kind) {
    case 'action':
      return mayTell(`${sink}: ${report.result} ${report.keys[0] ?? ''}`, tell);
    case 'notice':
      return mayTell(`event ${report.event}`, tell, NOTICES_MAX);
    case 'state':
    case 'adopted':
      return mayTell(`sink ${sink}`, tell);
    case 'table':
    case 'connections':
      // Nothing is said of them anyway.
      return true;
    default:
      return kind satisfies never;
  }
}

function countsOf(
  leftOut: readonly (readonly [about: string, one: About])[],
  { notice }: Teller,
): readonly Tell[] {
  const say = (about: string, count: number): Tell => {
    const message = `${about}: ${count} lines were left out; the last follows`;
    return () => notice({ level: 'warn', event: 'lines_left_out', message });
  };
  const named = leftOut
    .slice(0, NAMED_MAX)
    .map(([about, { count, linesMax }]) => say(about, count - linesMax));
  const others = leftOut.slice(NAMED_MAX);
  if (others.length === 0) return named;
  const count = others.reduce((sum, [, one]) => sum + one.count - one.linesMax, 0);
  return [...named, say(`${others.length} others`, count)];
}
