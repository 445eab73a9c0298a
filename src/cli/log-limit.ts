import type { SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';
import type { EventLogger } from './event-logger.ts';

/** Lines about one thing in a period: a signal, a route's decisions, a command and its result. */
const LINES_MAX = 10;
/** Notices of one event that are logged in a period. */
const NOTICES_MAX = 100;
const PERIOD_MS = 30_000;
/** Subjects that are named at the end of a period, each with the number of its lines left out. */
const NAMED_MAX = 20;
/** Lines written at the end of a period in one turn of the event loop: about a millisecond. */
const SLICE_MAX = 64;

export interface LogLimit {
  /** Wraps a logger; all loggers wrapped by one limit share its counts. */
  readonly over: (logger: EventLogger) => EventLogger;
  /** Ends the period now: logs how many lines were left out, and the last of each. */
  readonly flush: () => void;
}

/** What lines are about, counted within one period. */
interface Subject {
  count: number;
  readonly linesMax: number;
  /** The newest line that was left out. */
  writeLast: Write;
}

type Write = () => void;
type MayLog = (about: string, write: Write, linesMax?: number) => boolean;

/**
 * Keeps a flapping signal from filling the log: beyond `LINES_MAX` lines about one subject in
 * half a minute, further lines are counted instead of written. At the end of the period the count
 * is logged, then the last line left out, so that the newest line of each subject is true. The
 * journal has all of them. Memory: one entry for each subject of the current period.
 *
 * @param rest logs the counts of lines left out.
 */
export function limitLog(rest: EventLogger): LogLimit {
  const subjects = new Map<string, Subject>();
  let timer: NodeJS.Timeout | null = null;
  let waiting: readonly Write[] = [];

  const endPeriod = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const leftOut = [...subjects].filter(([, { count, linesMax }]) => count > linesMax);
    subjects.clear();
    waiting = [...waiting, ...countsOf(leftOut, rest), ...leftOut.map(([, one]) => one.writeLast)];
  };
  const writeSlice = (): void => {
    const slice = waiting.slice(0, SLICE_MAX);
    waiting = waiting.slice(SLICE_MAX);
    for (const write of slice) write();
    if (waiting.length > 0) setImmediate(writeSlice);
  };
  const mayLog: MayLog = (about, writeLast, linesMax = LINES_MAX) => {
    // A count that nobody waits for keeps no process alive.
    timer ??= setTimeout(() => {
      endPeriod();
      writeSlice();
    }, PERIOD_MS).unref();
    const entry = subjects.get(about) ?? { count: 0, linesMax, writeLast };
    entry.count += 1;
    entry.writeLast = writeLast;
    subjects.set(about, entry);
    return entry.count <= linesMax;
  };
  const over = (logger: EventLogger): EventLogger => ({
    turn: (turn) => logger.turn(limitTurn(turn, logger, mayLog)),
    report(report) {
      if (mayReport(report, () => logger.report(report), mayLog)) logger.report(report);
    },
    notice(notice) {
      const write = (): void => logger.notice(notice);
      if (mayLog(`event ${notice.event}`, write, NOTICES_MAX)) write();
    },
  });
  const flush = (): void => {
    endPeriod();
    const all = waiting;
    waiting = [];
    for (const write of all) write();
  };
  return { over, flush };
}

function limitTurn(turn: Turn, logger: EventLogger, mayLog: MayLog): Turn {
  const nothing = { ...turn, changes: [], decisions: [], weightDecisions: [], notices: [] };
  const alone =
    (part: Partial<Turn>): Write =>
    () =>
      logger.turn({ ...nothing, ...part });
  return {
    ...turn,
    changes: turn.changes.filter((one) =>
      mayLog(`health of ${one.name}`, alone({ changes: [one] })),
    ),
    decisions: turn.decisions.filter((one) =>
      mayLog(`route ${one.route.key}`, alone({ decisions: [one] })),
    ),
    weightDecisions: turn.weightDecisions.filter((one) =>
      mayLog(`weight of ${one.server}`, alone({ weightDecisions: [one] })),
    ),
    notices: turn.notices.filter((one) =>
      mayLog(`event ${one.event}`, alone({ notices: [one] }), NOTICES_MAX),
    ),
  };
}

function mayReport(report: SinkEvent, write: Write, mayLog: MayLog): boolean {
  const { sink, kind } = report;
  switch (kind) {
    case 'action':
      return mayLog(`${sink}: ${report.result} ${report.keys[0] ?? ''}`, write);
    case 'notice':
      return mayLog(`event ${report.event}`, write, NOTICES_MAX);
    case 'state':
    case 'adopted':
      return mayLog(`sink ${sink}`, write);
    default:
      return kind satisfies never;
  }
}

function countsOf(
  leftOut: readonly (readonly [about: string, one: Subject])[],
  { notice }: EventLogger,
): readonly Write[] {
  const say = (about: string, count: number): Write => {
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
