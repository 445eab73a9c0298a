/** Beyond this a plugin's heap is a leak: it is killed and started again. */
export const HEAP_MB_MAX = 64;
/** The same for buffers, which V8 keeps outside its heap. */
export const BUFFERS_MB_MAX = 64;
/** Results that pass in a second; of the others the newest one does. */
export const OBSERVATIONS_PER_S_MAX = 100;

/** Workers are checked this often, from outside: an idle one is not woken for it. */
export const LOOK_MS = 2_000;
/** So many checks in a row at which its event loop had not turned, and it is stuck. */
export const STUCK_LOOKS_MAX = 3;
/** The same while it is being loaded, on a machine that has other things to do. */
export const STUCK_LOOKS_MAX_LOADING = 15;
/** One that ran for longer than this between two checks must report the size of its buffers … */
export const ASK_ABOVE_MS = 5;
/** … and any other at each so many checks. */
export const ASK_LOOKS = 15;

/** Between a failure and the next start; doubled with each failure in a row. */
export const BACKOFF_MIN_MS = 1_000;
export const BACKOFF_MAX_MS = 60_000;
/** Plugins that are being loaded at once: loading takes a core, and the probes need one too. */
export const STARTS_AT_ONCE_MAX = 2;
/** How long a plugin has to clean up before it is killed. */
export const CLOSE_MAX_MS = 1_000;

export const ISSUES_MAX = 20;
/** What a plugin prints or logs, in one second and in one line. */
export const LOG_LINES_PER_S_MAX = 10;
export const LOG_LINE_MAX_CHARS = 500;
