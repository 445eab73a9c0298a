export interface RateLimit {
  /** So many of one key pass in a period, the first of them at once. */
  readonly max: number;
  /** A period begins with the first that passes after the one before it has ended. */
  readonly periodMs: number;
  readonly nowMs: () => number;
}

interface Period {
  sinceMs: number;
  passed: number;
  /** Left out since the last that passed, in this period and those before. */
  leftOut: number;
}

/** Bounds the rate of what repeats itself, for each key, and counts what it leaves out. Keeps one entry for each key. */
export class NoticeLimiter {
  readonly #limit: RateLimit;
  readonly #byKey = new Map<string, Period>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * Whether one more of this key may pass: `null` leaves it out, a number lets it pass and says
   * how many of the key were left out before it.
   */
  pass(key = ''): number | null {
    const { max, periodMs } = this.#limit;
    const nowMs = this.#limit.nowMs();
    let period = this.#byKey.get(key);
    if (period === undefined) {
      period = { sinceMs: nowMs, passed: 0, leftOut: 0 };
      this.#byKey.set(key, period);
    } else if (nowMs - period.sinceMs >= periodMs) {
      period.sinceMs = nowMs;
      period.passed = 0;
    }
    if (period.passed >= max) {
      period.leftOut += 1;
      return null;
    }
    period.passed += 1;
    const { leftOut } = period;
    period.leftOut = 0;
    return leftOut;
  }
}

/** What a notice has in common with those of every part of the daemon. */
interface AnyNotice {
  readonly event: string;
  readonly message: string;
}

/**
 * Passes notices on at a bounded rate. The first that passes after others were left out ends with
 * their number.
 *
 * @param about what is limited for itself within one event, such as the name of a neighbor.
 */
export function limitNotices<N extends AnyNotice>(
  notify: (notice: N) => void,
  limit: RateLimit,
): (notice: N, about?: string) => void {
  const limiter = new NoticeLimiter(limit);
  return (notice, about = '') => {
    const leftOut = limiter.pass(`${notice.event} ${about}`);
    if (leftOut !== null) notify({ ...notice, message: withLeftOut(notice.message, leftOut) });
  };
}

/** The message of a notice that passed after so many others were left out. */
export function withLeftOut(message: string, leftOut: number): string {
  return leftOut === 0 ? message : `${message} (and ${leftOut} more like it before)`;
}
