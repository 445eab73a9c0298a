/** Beyond this a plugin's heap is a leak: it is killed and started again. */
export const HEAP_MB_MAX = 64;
/** The same for buffers, which V8 keeps outside its heap. */
export const BUFFERS_MB_MAX = 64;
/** What is kept of a flood; of the rest the newest one. */
export const OBSERVATIONS_PER_S_MAX = 100;

/** A worker shows this often that its event loop turns. */
export const BEAT_MS = 2_000;
/** So many beats missing in a row, and its event loop is stuck. */
export const MISSED_BEATS_MAX = 3;
/** The same while it is being loaded, on a machine that has other things to do. */
export const MISSED_BEATS_MAX_LOADING = 15;

/** Between a failure and the next start; doubled with each failure in a row. */
export const BACKOFF_MIN_MS = 1_000;
export const BACKOFF_MAX_MS = 60_000;
/** Plugins that are being loaded at once: loading takes a core, and the probes need one too. */
export const STARTS_AT_ONCE_MAX = 2;
/** How long a plugin has to put things away when it shall end. */
export const CLOSE_MAX_MS = 1_000;

export const REASON_MAX_CHARS = 200;
export const DETAIL_MAX_CHARS = 1_000;
export const ISSUES_MAX = 20;
/** What a plugin prints or logs, in one second and in one line. */
export const LOG_LINES_PER_S_MAX = 10;
export const LOG_LINE_MAX_CHARS = 500;
