import { defer, finalize, ignoreElements, merge, Subject, tap, type Observable } from 'rxjs';
import type { Observation } from '../../model/observation.ts';
import type { Notice } from '../../model/notice.ts';
import { OvsWatch, type BfdConfig } from './ovs-watch.ts';

export type { BfdConfig } from './ovs-watch.ts';

/**
 * Observes BFD sessions (RFC 5880) that Open vSwitch runs, through its database.
 *
 * Emits the state of each signal as soon as it is known, and then what changes;
 * `atMs` is the monotonic time at which we learned it. A session that fell and rose
 * between two updates is emitted as `down` and `up`. Signals that a new configuration
 * keeps are not emitted again. Without interfaces nothing is connected.
 * Errors only if `config$` does; never completes. Unsubscribing closes all.
 */
export function bfd(
  config$: Observable<BfdConfig>,
  deps: { notify(notice: Notice): void },
): Observable<Observation> {
  return defer(() => {
    const observation$ = new Subject<Observation>();
    const watch = new OvsWatch({
      emit: (observation) => observation$.next(observation),
      notify: (notice) => deps.notify(notice),
    });
    const reconfigured$ = config$.pipe(
      tap((config) => watch.configure(config)),
      ignoreElements(),
    );
    return merge(observation$, reconfigured$).pipe(finalize(() => watch.close()));
  });
}
