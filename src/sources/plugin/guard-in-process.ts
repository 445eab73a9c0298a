import { AsyncLocalStorage } from 'node:async_hooks';
import { guardStandardStreams } from './guard.ts';

/** Where a plugin's output and late errors go, which would otherwise be the daemon's own. */
interface Plugin {
  readonly print: (text: string) => void;
  /** Called with an uncaught error: of a timer, of a promise without a handler. */
  readonly threw: (error: unknown) => void;
}

/** Whose code is running: set while a plugin of this very thread runs. */
const running = new AsyncLocalStorage<Plugin | null>();

let isGuarding = false;

/** Runs a plugin's code: what it prints, then and later, goes to `print` and nowhere else. */
export function asPlugin<T>(plugin: Plugin, work: () => T): T {
  guard();
  return running.run(plugin, work);
}

/** Within `uncaughtException`: whether a plugin threw the error; its `threw` is called. */
export function wasThrownByPlugin(error: unknown): boolean {
  const plugin = running.getStore() ?? null;
  plugin?.threw(error);
  return plugin !== null;
}

/** Runs our own code again, be it called by a plugin's. */
export function asOurselves<T>(work: () => T): T {
  return running.run(null, work);
}

function printOf(): Plugin['print'] | null {
  return running.getStore()?.print ?? null;
}

/** From now on each write to stdout and stderr goes to the plugin's `print` if a plugin's code calls. */
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
