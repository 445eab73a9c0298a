import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose code is running: set while a plugin of this very thread runs. */
const printing = new AsyncLocalStorage<((text: string) => void) | null>();

let isGuarding = false;

/** Runs a plugin's code: what it prints, then and later, goes to `print` and not to stdout. */
export function asPlugin<T>(print: (text: string) => void, work: () => T): T {
  guardStdout();
  return printing.run(print, work);
}

/** Runs our own code again, be it called by a plugin's. */
export function asOurselves<T>(work: () => T): T {
  return printing.run(null, work);
}

/** From now on `process.stdout.write` asks who is calling. */
function guardStdout(): void {
  if (isGuarding) return;
  isGuarding = true;
  const { stdout } = process;
  const write: unknown = Reflect.get(stdout, 'write');
  if (typeof write !== 'function') throw new Error('bug: stdout cannot be written to');
  Reflect.set(stdout, 'write', (text: unknown, ...rest: unknown[]) => {
    const print = printing.getStore();
    if (print === undefined || print === null) return Reflect.apply(write, stdout, [text, ...rest]);
    print(typeof text === 'string' ? text : String(text));
    const done = rest.at(-1);
    if (typeof done === 'function') setImmediate(() => done());
    return true;
  });
}
