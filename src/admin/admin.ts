import { isDeepStrictEqual } from 'node:util';
import {
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  Subject,
  switchMap,
  tap,
  type BehaviorSubject,
  type Observable,
} from 'rxjs';
import type { AdminConfig, Config } from '../model/config.ts';
import type { Control } from '../model/control.ts';
import { ownerText } from '../model/drain.ts';
import type { Notice } from '../model/notice.ts';
import type { Observation } from '../model/observation.ts';
import type { SinkEvent } from '../model/report.ts';
import type { Turn } from '../model/turn.ts';
import type { View } from '../model/view.ts';
import { hashOf } from '../platform/hash.ts';
import { peerCredentials, type UidOf } from '../platform/peer.ts';
import { LiveState } from './live-state.ts';
import type { AdminDeps, AdminContext } from './context.ts';
import { drainNotice } from './drain-notice.ts';
import { Drains } from './drains.ts';
import { ourHosts, type AccessPolicy, type AuthState } from './guard.ts';
import { History } from './history.ts';
import { listener } from './listener.ts';
import { createAdminServer, serverLimits, type ServerLimits } from './server.ts';
import { Past } from './past.ts';
import { Sessions } from './sessions.ts';
import { SharedBuild } from './shared-build.ts';
import { joinInSlices, snapshotOf, statusPieces } from './status.ts';
import { Stream, type StreamSnapshot } from './stream.ts';
import { readToken, WrongTokens } from './token.ts';
import { WallClock } from './wall-clock.ts';

/** The admin API as the composition root sees it: what flows into it, and what it asks of the core. */
export interface Admin {
  /** Maintenance of an earlier life first, then what operators ask for, and looks at the core. */
  readonly control$: Observable<Control>;
  /** The hot path: folds a result in. */
  readonly observe: (observation: Observation) => void;
  /** These only keep what they are given: it is sent after the work is done. */
  readonly turn: (turn: Turn) => void;
  readonly report: (report: SinkEvent) => void;
  readonly notice: (notice: Notice) => void;
  /** Serves while it is subscribed, as each configuration says. Never emits. */
  readonly serve$: Observable<never>;
}

/** The admin interface: status, explain, maintenance and the stream, over HTTP. */
export function admin(
  config$: BehaviorSubject<Config>,
  deps: AdminDeps,
  limits: ServerLimits = serverLimits,
  uidOf: UidOf = peerCredentials(),
): Admin {
  const clock = new WallClock();
  const asked$ = new Subject<Control>();
  const api = createContext(config$, asked$, deps, clock, limits.aliveMs);
  const auth: AuthState = {
    sessions: new Sessions(() => clock.nowMs()),
    wrong: new WrongTokens(() => clock.nowMs()),
    notify: deps.notify,
    uidOf,
  };
  const { liveState, drains, stream } = api;
  // Without a listener no client can ever read the history.
  const isServed = (): boolean => {
    const { socket, listen } = config$.value.admin;
    return socket !== null || listen !== null;
  };
  return {
    control$: merge(
      asked$,
      defer(() => from(drains.load())).pipe(
        tap((drain) => deps.log(drainNotice('resumed', drain, ownerText(drain), clock))),
        map((drain): Control => ({ kind: 'drain', drain })),
      ),
    ),
    observe(observation) {
      if (liveState.observe(observation) && isServed())
        stream.push({ kind: 'observation', observation });
    },
    turn(turn) {
      liveState.turn(turn);
      if (isServed()) stream.push({ kind: 'turn', turn });
    },
    report(report) {
      liveState.report(report);
      if (isServed()) stream.push({ kind: 'report', report, atMs: clock.nowMs() });
    },
    notice(notice) {
      if (isServed()) stream.push({ kind: 'notice', notice, atMs: clock.nowMs() });
    },
    serve$: defer(() => {
      if (isServed()) api.past.begin();
      return config$;
    }).pipe(
      tap((config) => {
        liveState.keep(namesOf(config));
        deps.configured(config);
      }),
      map((config) => settingsOf(config, deps.notify)),
      distinctUntilChanged((one, other) => isDeepStrictEqual(one, other)),
      switchMap((settings) => listeners(settings, auth, api, limits)),
      tap(deps.notify),
      ignoreElements(),
      finalize(() => {
        drains.close();
        api.past.close();
        stream.close();
      }),
    ),
  };
}

function createContext(
  config$: BehaviorSubject<Config>,
  asked$: Subject<Control>,
  deps: AdminDeps,
  clock: WallClock,
  aliveMs: number,
): AdminContext {
  const liveState = new LiveState();
  const history = new History();
  const inspect = (): View | null => {
    let seen: View | null = null;
    asked$.next({ kind: 'inspect', inspect: (view) => (seen = view) });
    return seen;
  };
  let hashed: { readonly config: Config; readonly hash: string } | null = null;
  const hash = (config: Config): string => {
    if (hashed?.config !== config) hashed = { config, hash: hashOf(config) };
    return hashed.hash;
  };
  const status = new SharedBuild(async (): Promise<StreamSnapshot | null> => {
    const view = inspect();
    if (view === null) return null;
    const { seq } = stream;
    const { version } = deps;
    const { value: config } = config$;
    const lastReload = deps.lastReload();
    const facts = {
      node: config.node,
      version,
      configHash: hash(config),
      lastReload,
      liveState,
      clock,
    };
    return { seq, status: await joinInSlices(statusPieces(snapshotOf(view), facts)) };
  });
  const stream: Stream = new Stream(clock, history, async () => status.get(), aliveMs);
  const reportDrainChange: AdminContext['reportDrainChange'] = (change, drain, by) => {
    stream.push({ kind: 'drain', change, drain, by, atMs: clock.nowMs() });
    deps.log(drainNotice(change, drain, by, clock));
  };
  const drains = new Drains(config$.value.stateDir, clock, {
    notify: deps.notify,
    expired: (drain) => reportDrainChange('expired', drain, ownerText(drain)),
  });
  return {
    deps,
    config: () => config$.value,
    inspect,
    send: (control) => asked$.next(control),
    clock,
    liveState,
    drains,
    history,
    past: new Past(deps.past, history, clock, deps.notify),
    stream,
    reportDrainChange,
    status,
    metrics: new SharedBuild(async () => {
      const view = inspect();
      return view === null || deps.metrics === null ? null : deps.metrics(view);
    }),
  };
}

/** What decides about the listeners; the token itself, because its file may hold another one now. */
interface Settings {
  readonly admin: AdminConfig;
  readonly node: string;
  readonly token: string | null;
  /** A token is configured and cannot be read: the API does not listen on TCP then. */
  readonly isTokenMissing: boolean;
}

function settingsOf({ admin: config, node }: Config, notify: (notice: Notice) => void): Settings {
  if (config.tokenFile === null) return { admin: config, node, token: null, isTokenMissing: false };
  const read = readToken(config.tokenFile);
  if (read.ok) return { admin: config, node, token: read.token, isTokenMissing: false };
  const message = `the admin interface does not listen on TCP, because its token cannot be used: ${read.reason}`;
  notify({ level: 'error', event: 'admin_token_unusable', message });
  return { admin: config, node, token: null, isTokenMissing: true };
}

function listeners(
  settings: Settings,
  auth: AuthState,
  api: AdminContext,
  limits: ServerLimits,
): Observable<Notice> {
  const { socket, group, listen } = settings.admin;
  const hosts = ourHosts(settings.node);
  const open = (access: AccessPolicy) => () => createAdminServer(access, auth, api, limits);
  return merge(
    socket === null
      ? EMPTY
      : listener(
          { kind: 'socket', path: socket, group },
          open({ kind: 'socket', token: null, hosts }),
        ),
    listen === null || settings.isTokenMissing
      ? EMPTY
      : listener(
          { kind: 'tcp', address: listen },
          open({ kind: 'tcp', token: settings.token, hosts }),
        ),
  );
}

function namesOf(config: Config): ReadonlySet<string> {
  return new Set([
    ...config.signals.map(({ name }) => name),
    ...config.services.flatMap(({ realServers }) => realServers.map(({ key }) => key)),
  ]);
}
