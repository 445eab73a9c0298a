/** All limits and times of this sink, each with its reason. */

/** ExaBGP reads 16 KiB at once into a buffer that its poll() does not see: stay well below. */
export const IN_FLIGHT_MAX_BYTES = 8 * 1024;

/** From this many changes that differ in their prefix alone, they share a command. */
export const BATCH_MIN_PREFIXES = 8;

/** Prefixes in one command. ExaBGP reads 50 in each of its loops, and sleeps between loops unless the next line is there already. */
export const BATCH_MAX_PREFIXES = 50;

/** Ready routes that one plan considers. */
export const PLAN_MAX_ROUTES = 1000;

/** While anything is outstanding, deadlines are checked this often. */
export const TICK_MS = 50;

/** An acknowledgement that is late by this has a poke written after it, which wakes an ExaBGP that has stopped reading. */
export const POKE_AFTER_MS = 150;

/** Pokes that may be unanswered at once. */
export const POKES_MAX = 4;

/** Without send events, a change of a route waits this long after the last one of the same route was acknowledged … */
export const SETTLE_MS = 500;

/** … and this much longer for each route that is outstanding then: ExaBGP may still process them. */
export const SETTLE_PER_ROUTE_MS = 1;

/** A send event is waited for this long after the acknowledgement. */
export const SEND_EVENT_MAX_MS = 10_000;

/** A rejected or unanswered change is tried again after this, doubled each time … */
export const RETRY_MIN_MS = 1_000;

/** … up to this. */
export const RETRY_MAX_MS = 60_000;

/** A barrier answered by `done` without a header counts as answered when nothing followed for this long. */
export const BARRIER_QUIET_MS = 250;

/** ExaBGP is inspected again at most this often. */
export const INSPECT_AGAIN_MIN_MS = 5_000;

/** After a notice, others of the same event are only counted for this long. */
export const NOTICE_PERIOD_MS = 10_000;

/** A stop waits at most this long for confirmations … */
export const STOP_CONFIRM_MAX_MS = 5_000;

/** … and then at most this long until the operating system has taken all bytes. */
export const STOP_DRAIN_MAX_MS = 1_000;

/** Names that a notice lists; others are only counted. */
export const LISTED_MAX_NAMES = 5;

/** Routes of ExaBGP that an inspection reads. */
export const ADOPT_MAX_ROUTES = 200_000;

/** Named pipes that cannot be opened are tried again after this, doubled each time … */
export const REOPEN_MIN_MS = 100;

/** … up to this. */
export const REOPEN_MAX_MS = 1_000;

/** Named pipes are checked this often for whether their other end is still the same. */
export const PIPE_CHECK_MS = 100;
