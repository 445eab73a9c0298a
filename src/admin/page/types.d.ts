/** The JSON of the admin API and its stream, as far as the page reads it. */

export type Health = 'up' | 'down' | 'unknown';
export type RouteState = 'pending' | 'announced' | 'withdrawn' | 'draining' | 'held';
/** Everything the page can show of one thing, each with a mark and a word of its own. */
export type State = Health | RouteState;

export interface DrainInfo {
  /** What was drained: a server may be in maintenance with its service, or with the node. */
  readonly name: string;
  readonly reason: string;
  readonly owner: string;
  readonly on_behalf_of?: string | null;
  readonly until: string | null;
  readonly done?: boolean;
  readonly progress?: {
    readonly active_connections?: number | null;
    readonly deadline?: string | null;
  } | null;
}

/** Its observer is lost: the last health is held until then. */
export interface LossInfo {
  readonly since: string;
  readonly reason: string;
  readonly until: string;
}

export interface SignalInfo {
  readonly name: string;
  readonly type: string;
  readonly state: Health;
  readonly reason: string;
  readonly since: string;
  readonly flaps: number;
  readonly lost?: LossInfo | null;
  readonly suppressed_until: string | null;
  readonly drain: DrainInfo | null;
}

export interface ServerInfo {
  readonly address: string;
  readonly state: Health;
  readonly reason: string;
  readonly since: string;
  readonly lost?: LossInfo | null;
  readonly weight: number | 'removed' | null;
  readonly base_weight: number | null;
  /** `false`: the IPVS table lacks it. */
  readonly in_table?: boolean | null;
  readonly pooled: boolean;
  readonly active_connections: number | null;
  readonly latency_ms: number | null;
  readonly drain: DrainInfo | null;
}

export interface ServiceInfo {
  readonly name: string;
  readonly state: Health;
  readonly reason?: string;
  readonly since?: string;
  readonly virtual: string | null;
  readonly capacity_pct: number;
  readonly quorum: number;
  readonly drain: DrainInfo | null;
  readonly real_servers: readonly ServerInfo[];
}

export interface RouteInfo {
  readonly prefix: string;
  /** Where one prefix has several routes: the prefix with its path or neighbor. */
  readonly key?: string;
  readonly state: RouteState;
  readonly med: number | null;
  readonly because: string;
  readonly since: string;
  readonly confirmed: boolean;
  readonly drain: DrainInfo | null;
}

export interface SinkInfo {
  readonly name: string;
  readonly state: 'connected' | 'lost' | 'off';
  readonly reason?: string;
  readonly pending: number;
  readonly rejected: number;
  readonly peer_version: string | null;
}

export interface Status {
  readonly node: string;
  readonly version: string;
  readonly uptime_s: number;
  readonly config_hash: string;
  readonly drain?: DrainInfo | null;
  readonly signals: readonly SignalInfo[];
  readonly services: readonly ServiceInfo[];
  readonly routes: readonly RouteInfo[];
  readonly sinks: readonly SinkInfo[];
}

/** One step of the chain that `explain` shows, from a name down to its observations. */
export interface ExplainStep {
  readonly kind: string;
  readonly name: string;
  readonly state: State;
  readonly because: string;
  readonly since: string | null;
  readonly cause: (CauseInfo & { readonly at?: string }) | null;
  readonly counters: readonly { readonly label: string; readonly value: string }[];
  readonly drain: DrainInfo | null;
  readonly parts: readonly ExplainStep[];
}

/** One change or one action, as the page keeps it. */
export interface Entry {
  readonly seq: number;
  readonly atMs: number;
  /** What kind of thing it is about. */
  readonly subject:
    'signal' | 'service' | 'server' | 'route' | 'action' | 'drain' | 'sink' | 'notice';
  readonly name: string;
  /** What a click on it explains; empty: nothing. */
  readonly explainName: string;
  readonly from: string;
  readonly to: string;
  /** In words. */
  readonly because: string;
  /** The line that was written to ExaBGP or would do the same at ipvsadm; of an action only. */
  readonly command?: string;
  /** In words: what lies at the root. */
  readonly cause?: string;
  /** From the observation at the root to this action. */
  readonly reactionMs?: number | null;
}

/** What lies at the root of a change. */
export type CauseInfo =
  | {
      readonly kind: 'observation';
      readonly signal: string;
      readonly state: string;
      readonly reason: string;
    }
  | { readonly kind: 'drain'; readonly name: string; readonly change: string }
  | { readonly kind: 'startup-timeout' | 'budget' | 'config' | 'table' | 'stop' };

interface EventBase {
  readonly seq: number;
  /** RFC 3339 with milliseconds. */
  readonly at: string;
  readonly cause?: CauseInfo;
}

/** What follows the snapshot on the stream. */
export type StreamEvent =
  | (EventBase & {
      readonly type: 'observation';
      readonly signal: string;
      readonly state: 'up' | 'down' | 'lost';
      readonly reason: string;
      readonly latency_ms: number | null;
    })
  | (EventBase & {
      readonly type: 'health';
      readonly name: string;
      readonly from: Health;
      readonly to: Health;
      readonly reason: string;
    })
  | (EventBase & {
      readonly type: 'decision';
      readonly route: string;
      readonly from: RouteState;
      readonly to: RouteState;
      readonly med?: number | null;
      readonly because: string;
    })
  | (EventBase & {
      readonly type: 'weight';
      readonly server: string;
      readonly to: number | 'removed';
      readonly because: string;
    })
  | (EventBase & {
      readonly type: 'action';
      readonly sink: string;
      readonly action: 'announce' | 'withdraw' | 'weight' | 'remove' | 'add';
      /** The first of them. */
      readonly keys: readonly string[];
      /** How many there are. */
      readonly count: number;
      readonly result: 'sent' | 'confirmed' | 'rejected' | 'unanswered';
      readonly command: string;
      readonly reaction_ms: number | null;
    })
  | (EventBase & {
      readonly type: 'sink';
      readonly sink: string;
      readonly state: SinkInfo['state'];
      readonly peer_version: string | null;
      readonly reason: string;
    })
  | (EventBase & {
      readonly type: 'drain';
      readonly change: 'begun' | 'ended' | 'expired';
      readonly name: string;
      readonly reason: string;
      readonly owner: string;
      readonly until: string | null;
      readonly by: string;
    })
  | (EventBase & {
      readonly type: 'notice';
      readonly level: 'info' | 'warn' | 'error';
      readonly event: string;
      readonly message: string;
      readonly sink: string | null;
    })
  /** The daemon had more to say than it had time for. */
  | (EventBase & { readonly type: 'skipped'; readonly count: number });

/** The first message of the stream. */
export type Snapshot = Status & {
  readonly type: 'snapshot';
  readonly seq: number;
  readonly at?: string;
};

/** The last hour, oldest first. */
export interface HistoryInfo {
  readonly transitions: readonly StreamEvent[];
  readonly actions: readonly StreamEvent[];
}
