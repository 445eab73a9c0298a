/**
 * One result of one source. Sources observe; health is worked out by the core.
 *
 * One flat shape for all states, so that the hot path stays monomorphic:
 * 20,000 targets send one of these each second.
 */
export interface Observation {
  /** The key of what was observed: a signal's name, or `service/address:port` of a real server. */
  readonly signal: string;
  /** `lost`: the observer failed, not the thing observed. */
  readonly state: 'up' | 'down' | 'lost';
  /** For operators: `refused`, `timed out after 500ms`. Empty while up. */
  readonly reason: string;
  /** Monotonic time of the observation, milliseconds. */
  readonly atMs: number;
  /** How much of its base weight a real server can take, 0 to 100; 0: up, and nothing new for it. */
  readonly weightPercent?: number;
  /** How long the probe took, milliseconds. */
  readonly latencyMs?: number;
  /** What a child printed in addition to its state: performance data of a Nagios plugin. */
  readonly detail?: string;
}
