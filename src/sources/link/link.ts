import {
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  interval,
  map,
  merge,
  retry,
  switchMap,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { Observation } from '../../model/observation.ts';
import type { Notice } from '../../model/notice.ts';
import { netlinkLinks, type NetlinkEvent } from '../../platform/netlink.ts';
import { monotonicScheduler } from '../../platform/scheduler.ts';
import { watchFolder, type FolderEvent } from '../../platform/watch-folder.ts';
import { errorCode } from './error-code.ts';
import { LinkTable, type LinkConfig } from './link-table.ts';
import { folderProblem } from './hook-file.ts';
import { Trouble } from '../trouble.ts';

export type { LinkConfig } from './link-table.ts';

/**
 * Everything is read anew this often: it is how carrier is seen where netlink is
 * not available, and the safety net for whatever event was missed elsewhere.
 */
const REREAD_MS = 1000;
/** Between two attempts to watch a folder that is missing. */
const FOLDER_RETRY_MS = 500;
/** Between two attempts to open netlink, which fails where koffi is not installed. */
const NETLINK_RETRY_MS = 30_000;

export interface LinkDeps {
  readonly notify: (notice: Notice) => void;
}

/** What the source reads; tests put fakes in its place. */
export interface LinkWorld {
  readonly sysfsDir: string;
  netlink(): Observable<NetlinkEvent>;
}

const realWorld: LinkWorld = { sysfsDir: '/sys/class/net', netlink: netlinkLinks };

/**
 * Observes network interfaces by the hook's state files and by their carrier.
 *
 * Emits the state of each signal at once, and then what changes, within
 * milliseconds of it (within `REREAD_MS` where netlink or inotify is not
 * available). Signals that a new configuration keeps are not emitted again.
 * Errors only if `config$` does; never completes. Unsubscribing closes all.
 */
export function link(
  config$: Observable<LinkConfig>,
  deps: LinkDeps,
  world: LinkWorld = realWorld,
): Observable<Observation> {
  return defer(() => {
    const table = new LinkTable(world.sysfsDir, (name, reason) =>
      deps.notify(fileNotice(name, reason)),
    );
    return config$.pipe(
      // The table comes first: it reads every state before any event of a change.
      connect((shared$) =>
        merge(
          shared$.pipe(map((config) => table.configure(config))),
          fileChanges(shared$, table, deps),
          whileWanted(shared$, () => carrierChanges(table, deps, world)),
          whileWanted(shared$, () => reread(table)),
        ),
      ),
      concatMap((observations) => observations),
    );
  });
}

/** The core keeps the last known health: without this notice nothing would say why it is old. */
function fileNotice(name: string, reason: string | null): Notice {
  return reason === null
    ? {
        level: 'info',
        event: 'link_file_usable',
        message: `the state file of ${name} is used again`,
      }
    : {
        level: 'warn',
        event: 'link_file_refused',
        message: `the state file of ${name} is not used, so the link cannot be up: ${reason}`,
      };
}

type Changes = Observable<readonly Observation[]>;

/** Without a link among the signals, nothing is opened and no timer runs. */
function whileWanted(config$: Observable<LinkConfig>, changes: () => Changes): Changes {
  return config$.pipe(
    map((config) => config.interfaces.length > 0),
    distinctUntilChanged(),
    switchMap((isWanted) => (isWanted ? changes() : EMPTY)),
  );
}

function fileChanges(config$: Observable<LinkConfig>, table: LinkTable, deps: LinkDeps): Changes {
  return config$.pipe(
    map((config) => (config.interfaces.length > 0 ? config.dir : null)),
    distinctUntilChanged(),
    switchMap((dir) => (dir === null ? EMPTY : folderEvents(dir, deps))),
    map((event) => table.fileChanged(event.kind === 'changed' ? event.name : null)),
  );
}

/** Of the folder at this path, whichever it is: it may come, go and be replaced. */
function folderEvents(dir: string, deps: LinkDeps): Observable<FolderEvent> {
  const trouble = new Trouble(deps.notify, 'link_folder_unwatched', 'link_folder_watched');
  return watchFolder(dir).pipe(
    tap(() => trouble.over(`link state files in ${dir} are watched`)),
    retry({
      delay: (error: unknown) => {
        const cause = folderProblem(dir) ?? errorCode(error);
        trouble.begin(`link state files are not watched: ${cause}`);
        return timer(FOLDER_RETRY_MS, monotonicScheduler);
      },
    }),
  );
}

function carrierChanges(table: LinkTable, deps: LinkDeps, world: LinkWorld): Changes {
  const trouble = new Trouble(deps.notify, 'link_netlink_unavailable', 'link_netlink_available');
  return defer(() => world.netlink()).pipe(
    tap(() => trouble.over('carrier is read from netlink again')),
    retry({
      delay: (error: unknown) => {
        const cause = errorCode(error);
        trouble.begin(
          `netlink is not available (${cause}): carrier is read every ${REREAD_MS}ms instead`,
        );
        return timer(NETLINK_RETRY_MS, monotonicScheduler);
      },
    }),
    map((event) => (event.kind === 'datagram' ? table.datagram(event.bytes) : table.readAll())),
  );
}

function reread(table: LinkTable): Changes {
  return interval(REREAD_MS, monotonicScheduler).pipe(map(() => table.readAll()));
}
