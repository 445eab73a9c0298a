import type { IncomingMessage } from 'node:http';
import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Drain } from '../model/drain.ts';
import type { LastReload } from '../model/last-reload.ts';
import type { Notice } from '../model/notice.ts';
import type { ReadPast } from '../model/past.ts';
import type { View } from '../model/view.ts';
import type { LiveState } from './live-state.ts';
import type { Drains } from './drains.ts';
import type { AccessPolicy, AuthState } from './guard.ts';
import type { History } from './history.ts';
import type { Past } from './past.ts';
import type { SharedBuild } from './shared-build.ts';
import type { Stream, StreamSnapshot } from './stream.ts';
import type { WallClock } from './wall-clock.ts';

/** The page or one of its files: served to every client, so it holds no data. */
export interface Content {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** What the composition root gives to the admin API. */
export interface AdminDeps {
  readonly version: string;
  /** By path: `/`, `/page.js`. */
  readonly pages: ReadonlyMap<string, Content>;
  /** The answer to `GET /metrics`; `null`: there is none. */
  readonly metrics: ((view: View) => Promise<Content>) | null;
  /** Called with each configuration that comes into force. */
  readonly configured: (config: Config) => void;
  /** The last hour of earlier processes; `null`: no journal is kept. */
  readonly past: ReadPast | null;
  /** `null`: none since the start. */
  readonly lastReload: () => LastReload | null;
  /** The known name that is meant by a misspelt one. */
  readonly nearest: (name: string, known: Iterable<string>) => string | null;
  readonly notify: (notice: Notice) => void;
  /** For what has an event of its own on the stream: writes to the log and the metrics alone. */
  readonly log: (notice: Notice) => void;
}

/** What the routes of the API work with. */
export interface AdminContext {
  readonly deps: AdminDeps;
  readonly config: () => Config;
  /** The core as it is now; `null`: it does not run yet, or not any more. */
  readonly inspect: () => View | null;
  readonly send: (control: Control) => void;
  readonly clock: WallClock;
  readonly liveState: LiveState;
  readonly drains: Drains;
  readonly history: History;
  readonly past: Past;
  readonly stream: Stream;
  /** Reports to the stream and the log what became of a drain, and by whom. */
  readonly reportDrainChange: (
    change: 'begun' | 'ended' | 'expired',
    drain: Drain,
    by: string,
  ) => void;
  /** `null`: as with `inspect`. */
  readonly status: SharedBuild<StreamSnapshot | null>;
  /** The same. */
  readonly metrics: SharedBuild<Content | null>;
}

/** One request, and what it is answered with. */
export interface RequestContext {
  readonly request: IncomingMessage;
  readonly access: AccessPolicy;
  readonly auth: AuthState;
  readonly api: AdminContext;
}
