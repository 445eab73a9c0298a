import type { Drain } from './drain.ts';
import type { RouteAttributes, RouteIdentity } from './route.ts';
import type { Virtual } from './service.ts';
import type { Cause, Health, RouteState } from './turn.ts';

/** The core at one instant, for status and explain. Times are monotonic milliseconds. */
export interface View {
  readonly atMs: number;
  /** In the order of the file. */
  signals(): readonly SignalView[];
  services(): readonly ServiceView[];
  routes(): readonly RouteView[];
  /** The drain of the whole node. */
  nodeDrain(): DrainView | null;
  /** Everything that `explain` and `drain` know by name: `node`, signals, services, real servers, routes. */
  names(): readonly string[];
  /** Why it is as it is, from the name down to the observations; `null`: no such name. */
  explain(name: string): Explanation | null;
}

/** Its observer is lost: the last health is held until then, or was. */
export interface LossView {
  readonly sinceMs: number;
  readonly reason: string;
  readonly untilMs: number;
}

export interface SignalView {
  readonly name: string;
  readonly type: string;
  readonly state: Health;
  readonly reason: string;
  readonly sinceMs: number;
  /** Falls since the start. */
  readonly flaps: number;
  /** `null`: it is observed. */
  readonly lost: LossView | null;
  /** Held down by damping until then. */
  readonly suppressedUntilMs: number | null;
}

export interface ServiceView {
  readonly name: string;
  readonly state: Health;
  readonly reason: string;
  readonly sinceMs: number;
  readonly virtual: Virtual | null;
  readonly capacityPercent: number;
  /** Live weight needed to be up. */
  readonly quorum: number;
  readonly drain: DrainView | null;
  readonly realServers: readonly RealServerView[];
}

export interface RealServerView {
  readonly key: string;
  /** `10.0.1.11:443`. */
  readonly address: string;
  readonly state: Health;
  readonly reason: string;
  readonly sinceMs: number;
  readonly flaps: number;
  /** `null`: its check is carried out. */
  readonly lost: LossView | null;
  /** What should be in the IPVS table; `null`: no opinion. */
  readonly weight: number | 'removed' | null;
  readonly baseWeight: number | null;
  /** It gets new connections, also where only `min_pooled` keeps it. */
  readonly isPooled: boolean;
  /** `false`: the IPVS table was read and lacks it; `null`: not known, or without IPVS. */
  readonly isInTable: boolean | null;
  readonly activeConnections: number | null;
  readonly drain: DrainView | null;
}

export interface RouteView {
  readonly route: RouteIdentity;
  readonly state: RouteState;
  readonly attributes: RouteAttributes | null;
  /** The present reason, worked out when it is read; that of the decision is in `explain`. */
  readonly because: string;
  readonly sinceMs: number;
  readonly drain: DrainView | null;
}

export interface DrainView {
  readonly drain: Drain;
  /** It is over: nothing of it carries traffic any more. */
  readonly isDone: boolean;
  /** Nothing new comes to it; the connections that are left may go on. */
  readonly isOut: boolean;
  readonly activeConnections: number | null;
  /** When it ends without waiting for connections any longer, `null` where nothing is waited for. */
  readonly deadlineMs: number | null;
}

/** One step of the chain: what it is, why, and what it follows from. */
export interface Explanation {
  readonly kind: 'route' | 'service' | 'real_server' | 'signal' | 'rule' | 'node';
  readonly name: string;
  readonly state: Health | RouteState;
  /** Plain sentences, without times: the reader of the view adds those. */
  readonly because: string;
  readonly sinceMs: number | null;
  /** The change at the root, where one is known. */
  readonly cause: Cause | null;
  /** `rise 2 of 3`, `falls 4`, `weight 100 of 100`: in the order to show them. */
  readonly counters: readonly { readonly label: string; readonly value: string }[];
  readonly drain: DrainView | null;
  readonly parts: readonly Explanation[];
}
