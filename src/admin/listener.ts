import { once } from 'node:events';
import { Observable } from 'rxjs';
import type { ListenAddress } from '../model/config.ts';
import type { Notice } from '../model/notice.ts';
import { messageOf } from '../platform/error.ts';
import type { Entrance } from './server.ts';
import { clearSocketFile, openToGroup } from './socket-file.ts';

/** Between two attempts to listen: the one before us may be about to end. */
const RETRY_MS = 5_000;

/** Where an entrance is. */
export type Place =
  | { readonly kind: 'socket'; readonly path: string; readonly group: string | null }
  | { readonly kind: 'tcp'; readonly address: ListenAddress };

/**
 * Keeps an entrance open while it is subscribed; closed, and its socket file
 * removed, when it is not. Emits what the operator should know and never ends:
 * a place that is taken is tried again, and told once.
 */
export function listener(place: Place, create: () => Entrance): Observable<Notice> {
  return new Observable((subscriber) => {
    let current: Entrance | null = null;
    let timer: NodeJS.Timeout | null = null;
    let lastReason = '';

    const attempt = async (): Promise<void> => {
      const made = create();
      current = made;
      const reason = await listen(place, made, () => subscriber.closed);
      if (subscriber.closed) return made.close();
      if (reason === null) return subscriber.next(openNotice(place));
      made.close();
      current = null;
      if (reason !== lastReason) subscriber.next(refusedNotice(place, reason));
      lastReason = reason;
      timer = setTimeout(() => void attempt(), RETRY_MS);
    };
    void attempt();
    return () => {
      if (timer !== null) clearTimeout(timer);
      current?.close();
    };
  });

  function openNotice(at: Place): Notice {
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
  place: Place,
  { server }: Entrance,
  isOver: () => boolean,
): Promise<string | null> {
  if (place.kind === 'socket') {
    const reason = await clearSocketFile(place.path);
    if (reason !== null || isOver()) return reason;
  }
  try {
    server.listen(place.kind === 'socket' ? { path: place.path } : place.address);
    await once(server, 'listening');
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function refusedNotice(place: Place, reason: string): Notice {
  const message = `the admin interface cannot listen at ${text(place)}: ${reason}; trying again`;
  return { level: 'error', event: 'admin_listen_failed', message };
}

function text(place: Place): string {
  if (place.kind === 'socket') return place.path;
  const { host, port } = place.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
