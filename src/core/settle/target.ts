import type { SettleRules } from '../../model/check.ts';
import type { PendingCheckpoint } from '../../model/checkpoint.ts';
import type { Observation } from '../../model/observation.ts';
import type { Due } from '../deadlines.ts';
import type { Dependent } from '../graph.ts';
import type { Pool } from '../health/pool.ts';
import type { Startup } from '../health/startup.ts';
import type { IpvsServer } from '../ipvs/ipvs-server.ts';
import type { Resumed } from './since.ts';
import { unsettled, type SettleState } from './settle.ts';

/** A signal, or one real server's check: what observations name. 20,000 of them are usual. */
export interface Target extends Due {
  readonly kind: 'target';
  readonly key: string;
  /** Its place in the file: targets are updated in this order, however observations arrived. */
  readonly order: number;
  readonly settle: SettleRules;
  readonly state: SettleState;
  readonly startup: Startup;
  /** The service of a real server; `null` for a signal. */
  readonly pool: Pool | null;
  /** The weight in the configuration; `null`: that of the IPVS table, or 1 without IPVS. */
  readonly configuredWeight: number | null;
  /** Its part of the service's whole weight: its base weight, or 1 while that is not known. */
  readonly weight: number;
  /** What it adds to the service's live weight while it is up: `percent` of `weight`, 0 if drained. */
  readonly live: number;
  /** The weight its check reported last, percent of the base weight. */
  readonly percent: number;
  /** Its entry in the IPVS table; `null` without IPVS. */
  readonly ipvs: IpvsServer | null;
  /** Observations of this instant; `null` while there are none. */
  readonly queue: Observation[] | null;
  readonly isTouched: boolean;
  /** The longest a first verdict may take from its start on: by intervals, rise and fall, or `stale_after`. */
  readonly firstVerdictMs: number;
  /** What a route or weight that was in place at our start implies about it. */
  readonly atStart: StateAtStart;
  /** Without a verdict until then it counts as gone. */
  readonly overdueAtMs: number;
  /** The run of results at the time when `overdueAtMs` was moved last. */
  readonly waitedForRun: number;
  /** `overdueAtMs` passed without a verdict. */
  readonly isOverdue: boolean;
  /** An updelay or downdelay that ran before a restart: the first result continues it if it agrees. */
  readonly pending: PendingCheckpoint | null;
  readonly resumed: Resumed<'up'> | null;
  /** Services and routes whose rules name it; `null` for nearly all targets. */
  readonly dependents: Dependent[] | null;
}

/** `needed`: something in place depends on it; `up`: it could be in place only while this was up. */
export type StateAtStart = 'unused' | 'needed' | 'up';

export function createTarget(key: string, settle: SettleRules, startup: Startup): Target {
  return {
    kind: 'target',
    key,
    order: 0,
    settle,
    state: unsettled(startup.startMs),
    startup,
    pool: null,
    configuredWeight: null,
    weight: 1,
    live: 1,
    percent: 100,
    ipvs: null,
    queue: null,
    isTouched: false,
    firstVerdictMs: 0,
    atStart: 'unused',
    overdueAtMs: startup.dueMs,
    waitedForRun: 0,
    isOverdue: false,
    pending: null,
    resumed: null,
    dependents: null,
    slot: -1,
  };
}
