import { fromEvent, lastValueFrom, merge, type Observable } from 'rxjs';
import { filter, map, tap } from 'rxjs/operators';
import { exitProcess } from '../platform/exit.ts';
import type { Log } from '../platform/log.ts';
import { wasThrownByPlugin } from '../sources/plugin/guard-in-process.ts';
import { exitCode } from './command.ts';

/** The first SIGTERM or SIGINT asks for an orderly stop; the second ends the process at once. */
export function stopSignal(): Observable<void> {
  // Still there when the flow has ended and nobody subscribes any more: ExaBGP ends its helper
  // by both an end of stdin and a signal, and the second must not kill what is about to exit.
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => {});
  return merge(fromEvent(process, 'SIGTERM'), fromEvent(process, 'SIGINT')).pipe(
    map((_signal, index) => index === 0),
    tap((isFirst) => {
      if (!isFirst) exitProcess(exitCode.failure);
    }),
    filter((isFirst) => isFirst),
    map(() => undefined),
  );
}

/** Resolves when a flow has completed; its reports were logged on the way. */
export async function finished(flow$: Observable<unknown>): Promise<void> {
  await lastValueFrom(flow$, { defaultValue: undefined });
}

/**
 * A bug ends the process with its stack in the log; what was announced stays announced. An error
 * of a plugin in our own thread ends that plugin only.
 */
export function logCrashes(log: Pick<Log, 'write' | 'flushNow'>, flushEvents: () => void): void {
  process.on('uncaughtException', (error) => {
    if (wasThrownByPlugin(error)) return;
    flushEvents();
    log.write('error', 'crashed', `a bug: ${error.message}`, { stack: error.stack });
    log.flushNow();
    exitProcess(exitCode.failure);
  });
}
