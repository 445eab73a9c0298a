import { createRequire } from 'node:module';
import { endChildren } from './child.ts';

/** Whether a write is under way that does not come to its end. */
let isStuck: () => boolean = () => false;

/** Who knows of a write that may never end: the log, whose reader may have stopped reading. */
export function watchWrites(isWriteStuck: () => boolean): void {
  isStuck = isWriteStuck;
}

/**
 * Ends this process. `process.exit` waits for all writes that threads of it have begun: where one
 * is stuck in a full pipe, that is for ever, so then the process ends without it.
 */
export function exitProcess(code: number): never {
  if (!isStuck()) process.exit(code);
  // No other handler of the exit is called: that of the log would wait as well.
  endChildren();
  try {
    exitAtOnce(code);
  } catch {
    // Without koffi the code is lost, and the end comes all the same.
  }
  process.kill(process.pid, 'SIGKILL');
  return process.exit(code);
}

/** _exit(2) of libc, by koffi. */
function exitAtOnce(code: number): void {
  const koffi: unknown = createRequire(import.meta.url)('koffi');
  if (isKoffi(koffi)) koffi.load(null).func('void _exit(int code)')(code);
}

interface Koffi {
  load(path: null): { func(declaration: string): (code: number) => void };
}

function isKoffi(module: unknown): module is Koffi {
  return typeof module === 'object' && module !== null && 'load' in module;
}
