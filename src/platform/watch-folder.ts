import { statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { Observable } from 'rxjs';

export type FolderEvent =
  /** Each change from now on is reported. */
  | { readonly kind: 'watching' }
  /** An entry was made, renamed, written or removed; `null`: any of them, or the folder itself. */
  | { readonly kind: 'changed'; readonly name: string | null };

/** A parent that was moved away with the folder sends us nothing, so its path is checked. */
const IDENTITY_CHECK_MS = 1000;

/**
 * Watches the entries of one folder by inotify. Errors where the folder cannot be
 * watched, and within a second after its path leads to no folder or another one:
 * a new subscription watches the new one. Never completes.
 */
export function watchFolder(path: string): Observable<FolderEvent> {
  return new Observable((subscriber) => {
    const before = identity(path);
    const watcher = watch(path);
    const check = (): void => {
      try {
        if (identity(path) === before) return;
        subscriber.error(new Error(`folder ${path} was replaced`));
      } catch (error) {
        subscriber.error(error);
      }
    };
    const ownName = basename(path);
    watcher.on('change', (_, entry) => {
      const name = entry === null ? null : entry.toString();
      // Its own name: the folder was moved or removed, or an entry of that name changed.
      subscriber.next({ kind: 'changed', name: name === ownName ? null : name });
    });
    watcher.on('error', (error) => subscriber.error(error));
    const timer = setInterval(check, IDENTITY_CHECK_MS);
    subscriber.add(() => {
      clearInterval(timer);
      watcher.close();
    });
    // It may have been replaced while the watch was made.
    check();
    subscriber.next({ kind: 'watching' });
  });
}

/** Distinguishes a folder from one made in its place, even where inode numbers are reused. */
function identity(path: string): string {
  const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}
