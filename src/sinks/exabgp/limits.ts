/** Everything about ExaBGP that is bounded or timed, in one place; why, beside each. */

/** ExaBGP reads 16 KiB at once into a buffer that its poll() does not see: stay well below. */
export const IN_FLIGHT_MAX_BYTES = 8 * 1024;

/** From this many changes of one kind on, they share a line. */
export const BATCH_MIN_PREFIXES = 8;

/** Prefixes in one line. ExaBGP takes in 50 a loop and sleeps between loops unless the next line is there already. */
export const BATCH_MAX_PREFIXES = 50;

/** Ready changes that are looked at to fill one flush. */
export const PLAN_MAX_ROUTES = 1000;

/** While anything is outstanding, deadlines are looked at this often. */
export const TICK_MS = 50;

/** An acknowledgement that is late by this gets a harmless line sent after it ("Read stall"). */
export const POKE_AFTER_MS = 150;

/** Pokes that may be unanswered at once. */
export const POKES_MAX = 4;

/** Without send events, a change of a route waits this long after the last one of the same route was acknowledged … */
export const SETTLE_MS = 500;

/** … and this much longer for each route under way then: ExaBGP may still be busy with them. */
export const SETTLE_PER_ROUTE_MS = 1;

/** A send event that has not come this long after the acknowledgement is not coming. */
export const SEND_EVENT_MAX_MS = 10_000;

/** A rejected or unanswered change is tried again after this, doubled each time … */
export const RETRY_MIN_MS = 1_000;

/** … up to this. */
export const RETRY_MAX_MS = 60_000;

/** A barrier answered by `done` without a header counts as answered after this much silence. */
export const BARRIER_QUIET_MS = 250;

/** What ExaBGP holds is asked again at most this often. */
export const INSPECT_AGAIN_MIN_MS = 5_000;

/** After a notice, others of the same kind are only counted for this long. */
export const NOTICE_PERIOD_MS = 10_000;

/** At the end, outstanding work is waited for at most this long … */
export const STOP_CONFIRM_MAX_MS = 5_000;

/** … and then written bytes for at most this long. */
export const STOP_DRAIN_MAX_MS = 1_000;

/** Names that a notice lists before it only counts. */
export const LISTED_MAX_NAMES = 5;

/** Routes of ExaBGP that are looked at when adopting. */
export const ADOPT_MAX_ROUTES = 200_000;

/** Named pipes: how often they are tried again while they are not there … */
export const REOPEN_MIN_MS = 100;

/** … at most. */
export const REOPEN_MAX_MS = 1_000;

/** Named pipes: how often it is checked that their other end is still the same. */
export const PIPE_CHECK_MS = 100;
