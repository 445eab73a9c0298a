import childProcess from 'node:child_process';
import fs from 'node:fs';

/** The daemon's stdin and stdout: ExaBGP's answers, and the commands to it. */
const STDIN = 0;
const STDOUT = 1;

/**
 * Keeps the code of this worker thread from the daemon's stdin and stdout.
 *
 * `process.stdout` of a worker is a stream to its owner anyway. But descriptors
 * belong to the process: writes to number 1 go to the worker's own stdout
 * instead, reads of number 0 fail, and children get neither of them.
 */
export function guardStandardStreams(): void {
  divertWrites();
  refuseReads();
  guardChildren();
}

function divertWrites(): void {
  for (const name of ['writeSync', 'writevSync', 'write', 'writev'] as const) {
    replace(fs, name, (original, args) => {
      const [fd, data] = args;
      if (fd !== STDOUT) return original();
      const parts: readonly unknown[] = Array.isArray(data) ? data : [data];
      const texts = parts.map(String);
      for (const text of texts) process.stdout.write(text);
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      const callback = args.at(-1);
      if (typeof callback === 'function') setImmediate(() => callback(null, bytes, data));
      return bytes;
    });
  }
}

function refuseReads(): void {
  for (const name of ['readSync', 'readvSync', 'read', 'readv'] as const) {
    replace(fs, name, (original, [fd]) => {
      if (fd !== STDIN) return original();
      throw new Error('a plugin has no stdin');
    });
  }
}

function guardChildren(): void {
  replace(childProcess.ChildProcess.prototype, 'spawn', (original, [options]) => {
    closeToChild(options);
    return original();
  });
  for (const name of ['spawnSync', 'execFileSync', 'execSync'] as const) {
    replace(childProcess, name, (original, args) => {
      for (const argument of args) closeToChild(argument);
      return original();
    });
  }
}

/** Takes what would be our stdin and stdout out of the options of a child. */
function closeToChild(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return;
  const stdio: unknown = Reflect.get(options, 'stdio');
  if (stdio === undefined || stdio === 'pipe' || stdio === 'ignore' || stdio === 'overlapped') {
    return;
  }
  const each: readonly unknown[] = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  const safe = each.map((how, index) => (isOurs(how, index) ? 'ignore' : how));
  Reflect.set(options, 'stdio', safe);
}

function isOurs(how: unknown, index: number): boolean {
  if (how === 'inherit') return index === STDIN || index === STDOUT;
  return how === STDIN || how === STDOUT || how === process.stdin || how === process.stdout;
}

/** Puts `wrapper` around a function of an object, as this thread sees it. */
function replace(
  owner: object,
  name: string,
  wrapper: (original: () => unknown, args: readonly unknown[]) => unknown,
): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') return;
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    return wrapper(() => Reflect.apply(original, this, args), args);
  });
}
