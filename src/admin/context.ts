import type { Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import type { Drain } from '../model/drain.ts';
import type { LastReload } from '../model/last-reload.ts';
import type { Notice } from '../model/notice.ts';
import type { ReadPast } from '../model/past.ts';
import type { View } from '../model/view.ts';
import type { LiveState } from './live-state.ts';
import type { Drains } from './drains.ts';
import type { History } from './history.ts';
import type { Past } from './past.ts';
import type { SharedBuild } from './shared-build.ts';
import type { Stream, StreamSnapshot } from './stream.ts';
import type { WallClock } from './wall-clock.ts';

/** A page or one of its parts: served as it is to whoever asks, so it holds no data. */
export interface Content {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** What the admin interface is given by the composition root. */
export interface AdminDeps {
  readonly version: string;
  /** By path: `/`, `/page.js`. */
  readonly pages: ReadonlyMap<string, Content>;
  /** The answer to `GET /metrics`; `null`: there is none. */
  readonly metrics: ((view: View) => Promise<Content>) | null;
  /** Told of each configuration that comes into force. */
  readonly configured: (config: Config) => void;
  /** The last hour of earlier processes; `null`: nobody recorded it. */
  readonly past: ReadPast | null;
  /** `null`: none since the start. */
  readonly lastReload: () => LastReload | null;
  /** The known name that is meant by a misspelt one. */
  readonly nearest: (name: string, known: Iterable<string>) => string | null;
  readonly notify: (notice: Notice) => void;
  /** For what the stream has an event of its own for: the log and the metrics alone. */
  readonly log: (notice: Notice) => void;
}

/** What the routes of the API work with. */
export interface AdminContext {
  readonly parts: AdminDeps;
  readonly config: () => Config;
  /** The core as it is now; `null`: it does not run yet, or not any more. */
  readonly inspect: () => View | null;
  readonly send: (control: Control) => void;
  readonly clock: WallClock;
  readonly board: LiveState;
  readonly drains: Drains;
  readonly history: History;
  readonly past: Past;
  readonly stream: Stream;
  /** Tells the stream and the log what became of a drain, and by whom. */
  readonly tellDrain: (change: 'begun' | 'ended' | 'expired', drain: Drain, by: string) => void;
  /** `null`: as with `inspect`. */
  readonly status: SharedBuild<StreamSnapshot | null>;
  /** The same. */
  readonly metrics: SharedBuild<Content | null>;
}
