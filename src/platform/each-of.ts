import { isDeepStrictEqual } from 'node:util';
import { Observable, type Subscription } from 'rxjs';

/**
 * Runs one stream for each item of the newest list, and merges what they emit. An item that is
 * deeply equal in the next list goes on undisturbed; one that changed or is gone is ended
 * before others begin.
 *
 * Errors if `items$` or a stream does; completes when `items$` and all streams have. Lists are
 * short (signals of a configuration): each is compared with each of the same key.
 */
export function eachOf<Item, Result>(
  items$: Observable<readonly Item[]>,
  keyOf: (item: Item) => string,
  run: (item: Item) => Observable<Result>,
): Observable<Result> {
  return new Observable((subscriber) => {
    const running = new Map<string, { readonly item: Item; readonly subscription: Subscription }>();
    let isLast = false;
    const completeIfOver = (): void => {
      if (isLast && running.size === 0) subscriber.complete();
    };
    const start = (key: string, item: Item): void => {
      const subscription = run(item).subscribe({
        next: (result) => subscriber.next(result),
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          running.delete(key);
          completeIfOver();
        },
      });
      if (!subscription.closed) running.set(key, { item, subscription });
    };
    subscriber.add(() => {
      for (const { subscription } of running.values()) subscription.unsubscribe();
    });
    subscriber.add(
      items$.subscribe({
        next: (items) => {
          const wanted = new Map(items.map((item) => [keyOf(item), item]));
          for (const [key, { item, subscription }] of running) {
            if (isDeepStrictEqual(wanted.get(key), item)) continue;
            subscription.unsubscribe();
            running.delete(key);
          }
          for (const [key, item] of wanted) if (!running.has(key)) start(key, item);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          isLast = true;
          completeIfOver();
        },
      }),
    );
  });
}
