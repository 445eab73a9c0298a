/** Maintenance that an operator asked for: of a route, a service, a real server or the node. */
export interface Drain {
  /** A route's key, a service's name, a real server's key, or `node`. */
  readonly name: string;
  readonly reason: string;
  /** Who asked for it. */
  readonly owner: string;
  /** When it ends by itself, monotonic milliseconds; `null`: when it is undrained. */
  readonly untilMs: number | null;
  /** When it was asked for, monotonic milliseconds; negative if before this process. */
  readonly sinceMs: number;
}
