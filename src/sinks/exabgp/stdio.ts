import type { Readable, Writable } from 'node:stream';
import { Observable } from 'rxjs';
import type { Transport, TransportEvent } from './transport.ts';

/**
 * ExaBGP as our parent: we read its replies and events and write commands.
 * Completes when either direction ends, for then ExaBGP is gone.
 *
 * @param stdin `null`: nothing is ever read.
 */
export function stdioTransport(stdin: Readable | null, stdout: Writable): Transport {
  const events$ = new Observable<TransportEvent>((subscriber) => {
    const gone = (reason: string) => (error?: Error | null) => {
      subscriber.next({ kind: 'closed', reason: error?.message ?? reason });
      subscriber.complete();
    };
    const onData = (chunk: Uint8Array): void => subscriber.next({ kind: 'bytes', chunk });
    const onEnd = gone('ExaBGP closed our stdin');
    const onStdoutError = gone('ExaBGP closed our stdout');
    const onDrain = (): void => subscriber.next({ kind: 'drained' });
    stdin?.on('data', onData).once('end', onEnd).once('close', onEnd).on('error', onEnd);
    stdout.on('drain', onDrain).on('error', onStdoutError).once('close', onStdoutError);
    subscriber.next({ kind: 'opened' });
    return () => {
      // The error listeners stay: a late EPIPE must not become an uncaught exception.
      stdin?.off('data', onData).off('end', onEnd).off('close', onEnd);
      stdout.off('drain', onDrain).off('close', onStdoutError);
      stdin?.pause();
    };
  });
  return {
    events$,
    get isReady() {
      return stdout.writable && !stdout.writableNeedDrain;
    },
    get pendingBytes() {
      return stdout.destroyed ? 0 : stdout.writableLength;
    },
    write(text) {
      if (!stdout.writable) return false;
      // Its result asks for a pause, which `isReady` shows: the text is taken either way.
      stdout.write(text);
      return true;
    },
  };
}
