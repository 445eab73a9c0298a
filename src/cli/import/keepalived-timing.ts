import type { DraftKeys, Note } from './draft.ts';
import {
  find,
  noteAtStatement,
  statementNumber,
  statementWhole,
  type KeepalivedStatement,
} from './keepalived-tree.ts';

/** keepalived(5): what is not said. */
const DELAY_LOOP_S = 60;
const CONNECT_TIMEOUT_S = 5;
/** How often a failed check is repeated before it counts; keepalived's defaults by checker. */
const RETRIES: ReadonlyMap<string, number> = new Map([
  ['DNS_CHECK', 3],
  ['MISC_CHECK', 0],
]);
const RETRIES_DEFAULT = 1;
/** The pause before each of them, seconds; `null`: delay_loop. */
const PAUSE_S: ReadonlyMap<string, number | null> = new Map([
  ['HTTP_GET', 3],
  ['SSL_GET', 3],
  ['DNS_CHECK', null],
]);
const PAUSE_DEFAULT_S = 1;
const MS_PER_S = 1_000;
const INTERVAL_MIN_MS = 100;
/** What a duration and a number of results may be here. */
const INTERVAL_MAX_S = 500 * 3_600;
const FALL_MAX = 1_000;

interface Timing {
  readonly keys: DraftKeys;
  readonly notes: readonly Note[];
}

/**
 * How often, how long, how many times, looked up from the inside out as keepalived does; what it
 * takes where nothing is said is written out.
 */
export function keepalivedTiming(
  type: string,
  blocks: readonly (readonly KeepalivedStatement[])[],
): Timing {
  const notes: Note[] = [];
  const loopS = numberIn(blocks, 'delay_loop', INTERVAL_MAX_S) ?? DELAY_LOOP_S;
  const loopMs = Math.max(INTERVAL_MIN_MS, loopS * MS_PER_S);
  const connectS = numberIn(blocks, 'connect_timeout', INTERVAL_MAX_S);
  const isMisc = type === 'MISC_CHECK';
  const miscS = isMisc ? numberIn(blocks.slice(0, 1), 'misc_timeout', INTERVAL_MAX_S) : null;
  const miscMs = (miscS ?? 0) * MS_PER_S;
  const report = (name: string, text: string): void => {
    const statement = blocks.flatMap((block) => find(block, name) ?? [])[0];
    if (statement !== undefined) notes.push(noteAtStatement(statement, `${name} ${text}`));
  };
  if (miscMs > loopMs) {
    report(
      'misc_timeout',
      `is above delay_loop: the interval is ${duration(miscMs)}, for runs do not overlap`,
    );
  }
  const intervalMs = Math.max(loopMs, miscMs);
  const wantedMs = timeoutMsOf(isMisc, miscMs, connectS, loopMs);
  if (!isMisc && connectS !== null && wantedMs > intervalMs) {
    report('connect_timeout', `is above delay_loop: it is cut to ${duration(intervalMs)}`);
  }
  const retries = retriesOf(type, blocks);
  const pauseS = numberIn(blocks, 'delay_before_retry', INTERVAL_MAX_S);
  const pauseMs = pauseMsOf(type, pauseS, loopMs);
  if (pauseMs > intervalMs) {
    report('delay_before_retry', `is above the interval: it is cut to ${duration(intervalMs)}`);
  }
  return {
    keys: [
      ['interval', duration(intervalMs)],
      ['timeout', duration(Math.min(intervalMs, Math.max(1, wantedMs)))],
      ['fast_interval', duration(Math.min(Math.max(INTERVAL_MIN_MS, pauseMs), intervalMs))],
      ['rise', 1],
      ['fall', retries + 1],
    ],
    notes,
  };
}

/** keepalived takes 0 in a checker, and refuses it outside of one. */
function retriesOf(type: string, blocks: readonly (readonly KeepalivedStatement[])[]): number {
  const [own = [], ...around] = blocks;
  const max = FALL_MAX - 1;
  const outer = around.map((block) => statementWhole(block, 'retry', 1, max));
  const found = [
    statementWhole(own, 'retry', 0, max),
    statementWhole(own, 'nb_get_retry', 0, max),
    ...outer,
  ];
  return found.find((retries) => retries !== null) ?? RETRIES.get(type) ?? RETRIES_DEFAULT;
}

function pauseMsOf(type: string, saidS: number | null, loopMs: number): number {
  const otherwise = PAUSE_S.get(type);
  const seconds = saidS ?? (otherwise === undefined ? PAUSE_DEFAULT_S : otherwise);
  return seconds === null ? loopMs : seconds * MS_PER_S;
}

function timeoutMsOf(
  isMisc: boolean,
  miscMs: number,
  connectS: number | null,
  loopMs: number,
): number {
  if (isMisc) return miscMs > 0 ? miscMs : loopMs;
  return (connectS ?? CONNECT_TIMEOUT_S) * MS_PER_S;
}

/** The first number of this name, from the inside out. All are read: the outer ones are defaults. */
function numberIn(
  blocks: readonly (readonly KeepalivedStatement[])[],
  name: string,
  max: number,
): number | null {
  const found = blocks.map((block) => statementNumber(block, name, max));
  return found.find((value) => value !== null) ?? null;
}

function duration(ms: number): string {
  return ms % MS_PER_S === 0 ? `${ms / MS_PER_S}s` : `${Math.round(ms)}ms`;
}
