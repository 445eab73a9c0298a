import { once } from 'node:events';
import { Observable } from 'rxjs';
import type { ListenAddress } from '../model/config.ts';
import type { Notice } from '../model/notice.ts';
import { messageOf } from '../platform/error.ts';
import type { AdminServer } from './server.ts';
import { clearSocketFile, openToGroup } from './socket-file.ts';

/** Between two attempts to listen: the one before us may be about to end. */
const RETRY_MS = 5_000;

/** Where a listener is. */
export type ListenTarget =
  | { readonly kind: 'socket'; readonly path: string; readonly group: string | null }
  | { readonly kind: 'tcp'; readonly address: ListenAddress };

/**
 * Listens while it is subscribed; the end of the subscription closes the server and removes its
 * socket file. Emits notices for the operator and never ends: an address in use is tried again
 * and reported once.
 */
export function listener(target: ListenTarget, create: () => AdminServer): Observable<Notice> {
  return new Observable((subscriber) => {
    let current: AdminServer | null = null;
    let timer: NodeJS.Timeout | null = null;
    let lastReason = '';

    const attempt = async (): Promise<void> => {
      const made = create();
      current = made;
      const reason = await listen(target, made, () => subscriber.closed);
      if (subscriber.closed) return made.close();
      if (reason === null) return subscriber.next(openNotice(target));
      made.close();
      current = null;
      if (reason !== lastReason) subscriber.next(refusedNotice(target, reason));
      lastReason = reason;
      timer = setTimeout(() => void attempt(), RETRY_MS);
    };
    void attempt();
    return () => {
      if (timer !== null) clearTimeout(timer);
      current?.close();
    };
  });

  function openNotice(at: ListenTarget): Notice {
    const problem = at.kind === 'socket' ? openToGroup(at.path, at.group) : null;
    return problem === null
      ? {
          level: 'info',
          event: 'admin_listens',
          message: `the admin interface listens at ${text(at)}`,
        }
      : { level: 'error', event: 'admin_group', message: problem };
  }
}

/** Resolves with why it cannot listen, or `null`. */
async function listen(
  target: ListenTarget,
  { server }: AdminServer,
  isOver: () => boolean,
): Promise<string | null> {
  if (target.kind === 'socket') {
    const reason = await clearSocketFile(target.path);
    if (reason !== null || isOver()) return reason;
  }
  try {
    server.listen(target.kind === 'socket' ? { path: target.path } : target.address);
    await once(server, 'listening');
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function refusedNotice(target: ListenTarget, reason: string): Notice {
  const message = `the admin interface cannot listen at ${text(target)}: ${reason}; trying again`;
  return { level: 'error', event: 'admin_listen_failed', message };
}

function text(target: ListenTarget): string {
  if (target.kind === 'socket') return target.path;
  const { host, port } = target.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
