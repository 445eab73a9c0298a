/** All limits and times of the IPVS sink, with the reason of each. */

/** The whole table is read and compared this often … */
export const COMPARE_MS = 10_000;

/** … and this often while a drain waits for connections to end … */
export const WATCH_MS = 1_000;

/** … and this long after something was written, to see that it stayed so. */
export const READ_BACK_MS = 2_000;

/**
 * How often the table is read while a managed entry is missing from it: the program that adds it
 * again gives a dead server its whole weight.
 */
export const MISSING_MS = 2_000;

/** Changes in one batch: 1,000 took 0.1 s in the kernel, and newer intents wait meanwhile. */
export const BATCH_MAX = 1_000;

/** After an error the table is read again this soon, doubled with each error in a row … */
export const RETRY_MIN_MS = 250;

/** … up to this. */
export const RETRY_MAX_MS = 10_000;

/** Lines logged of one comparison; the rest is counted. */
export const LINES_MAX = 10;

/** The same error is logged again after this. */
export const NOTICE_PERIOD_MS = 60_000;

/** At the end, writes that are under way are waited for at most this long. */
export const STOP_MAX_MS = 2_000;

/** Routevane never writes a longer state file: 20,000 servers take 2 MB. */
export const STATE_FILE_MAX_BYTES = 64 << 20;
