import { AsyncLocalStorage } from 'node:async_hooks';
import { guardStandardStreams } from './guard.ts';

type Print = (text: string) => void;

/** Whose code is running: set while a plugin of this very thread runs. */
const printing = new AsyncLocalStorage<Print | null>();

let isGuarding = false;

/** Runs a plugin's code: what it prints, then and later, goes to `print` and nowhere else. */
export function asPlugin<T>(print: Print, work: () => T): T {
  guard();
  return printing.run(print, work);
}

/** Runs our own code again, be it called by a plugin's. */
export function asOurselves<T>(work: () => T): T {
  return printing.run(null, work);
}

function printOf(): Print | null {
  return printing.getStore() ?? null;
}

/** From now on whatever leads to stdout, and to the log on stderr, asks who is calling. */
function guard(): void {
  if (isGuarding) return;
  isGuarding = true;
  guardStandardStreams(printOf);
  for (const stream of [process.stdout, process.stderr]) {
    const write: unknown = Reflect.get(stream, 'write');
    if (typeof write !== 'function') throw new Error('bug: a stream that cannot be written to');
    Reflect.set(stream, 'write', (text: unknown, ...rest: unknown[]) => {
      const print = printOf();
      if (print === null) return Reflect.apply(write, stream, [text, ...rest]);
      print(typeof text === 'string' ? text : String(text));
      const done = rest.at(-1);
      if (typeof done === 'function') setImmediate(() => done());
      return true;
    });
  }
}
