import childProcess from 'node:child_process';
import fs from 'node:fs';

/** The daemon's stdin and stdout: ExaBGP's answers, and the commands to it. */
const STDIN = 0;
const STDOUT = 1;

type Print = (text: string) => void;

/** What to do instead of a call with these arguments; `null`: nothing, it may go on. */
type Instead = (args: readonly unknown[]) => ((call: Call) => unknown) | null;

interface Call {
  readonly print: Print;
  /** The function as it was. */
  readonly original: (args: readonly unknown[]) => unknown;
}

/**
 * Keeps plugins of this thread from the daemon's stdin and stdout, which as descriptors belong to
 * the whole process: what they write to number 1, or to a file by that name, is printed instead;
 * they cannot read number 0; and their children get neither of them.
 *
 * @param printOf where a plugin's text goes; `null`: it is no plugin's code that calls.
 */
export function guardStandardStreams(printOf: () => Print | null): void {
  const guard = (owner: object, names: readonly string[], instead: Instead): void => {
    for (const name of names) replace(owner, name, instead, printOf);
  };
  guard(fs, ['writeSync', 'writevSync', 'write', 'writev'], divertWrite);
  guard(fs, ['writeFileSync', 'appendFileSync', 'writeFile', 'appendFile'], divertWrite);
  guard(fs.promises, ['writeFile', 'appendFile'], divertWriteLater);
  guard(fs, ['readSync', 'readvSync', 'read', 'readv', 'readFileSync', 'readFile'], refuse);
  guard(fs, ['openSync', 'open'], refuse);
  guard(fs.promises, ['readFile', 'open'], refuseLater);
  guard(childProcess.ChildProcess.prototype, ['spawn'], closeToChild);
  guard(childProcess, ['spawnSync', 'execFileSync', 'execSync'], closeToChild);
}

/** Puts `instead` before a function of an object, as this thread sees it. */
function replace(owner: object, name: string, instead: Instead, printOf: () => Print | null): void {
  const found: unknown = Reflect.get(owner, name);
  if (typeof found !== 'function') return;
  const guarded = function (this: unknown, ...given: unknown[]): unknown {
    const original = (args: readonly unknown[]): unknown => Reflect.apply(found, this, args);
    const print = printOf();
    const other = print === null ? null : instead(given);
    return print === null || other === null ? original(given) : other({ print, original });
  };
  // By a property of theirs `promisify` knows what `read` and `write` resolve to.
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(found));
  Reflect.set(owner, name, guarded);
}

function divertWrite(args: readonly unknown[]): ReturnType<Instead> {
  if (!isStream(args[0], STDOUT)) return null;
  return ({ print }) => {
    const bytes = bytesOf(args);
    print(bytes.toString('utf8'));
    const callback = args.at(-1);
    if (typeof callback === 'function') setImmediate(() => callback(null, bytes.length, args[1]));
    return bytes.length;
  };
}

function divertWriteLater(args: readonly unknown[]): ReturnType<Instead> {
  if (!isStream(args[0], STDOUT)) return null;
  return ({ print }) => {
    print(bytesOf(args).toString('utf8'));
    return Promise.resolve();
  };
}

function refuse(args: readonly unknown[]): ReturnType<Instead> {
  const error = refusal(args[0]);
  const callback = args.at(-1);
  if (error === null) return null;
  return () => {
    if (typeof callback !== 'function') throw error;
    setImmediate(() => callback(error));
  };
}

function refuseLater([target]: readonly unknown[]): ReturnType<Instead> {
  const error = refusal(target);
  return error === null ? null : () => Promise.reject(error);
}

function refusal(target: unknown): Error | null {
  if (isStream(target, STDIN)) return new Error('a plugin has no stdin');
  return isStream(target, STDOUT) ? new Error('a plugin has no stdout but console.log') : null;
}

/** Takes what would be our stdin and stdout out of the options of a child. */
function closeToChild(args: readonly unknown[]): ReturnType<Instead> {
  return ({ original }) => original(args.map(withoutOurs));
}

function withoutOurs(options: unknown): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  const stdio: unknown = Reflect.get(options, 'stdio');
  if (stdio === undefined || stdio === null) return options;
  const each: readonly unknown[] = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  return { ...options, stdio: each.map((how, index) => (isOurs(how, index) ? 'ignore' : how)) };
}

function isOurs(how: unknown, index: number): boolean {
  if (how === 'inherit') return index === STDIN || index === STDOUT;
  const fd: unknown = typeof how === 'object' && how !== null ? Reflect.get(how, 'fd') : how;
  return fd === STDIN || fd === STDOUT || how === process.stdout;
}

/** Whether a descriptor or a path is that one of this process. */
function isStream(target: unknown, fd: number): boolean {
  if (typeof target === 'number') return target === fd;
  const name = fd === STDIN ? 'stdin' : 'stdout';
  const path = target instanceof URL ? target.pathname : String(target);
  return [
    `/dev/${name}`,
    `/dev/fd/${fd}`,
    `/proc/self/fd/${fd}`,
    `/proc/${process.pid}/fd/${fd}`,
  ].includes(path);
}

/** What is to be written: a text, bytes, a part of them, or several of them. */
function bytesOf([, data, from, count]: readonly unknown[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data.map((each) => bytesOf([STDOUT, each])));
  if (!ArrayBuffer.isView(data)) return Buffer.from(String(data));
  const { offset, length } =
    typeof from === 'object' ? Object(from) : { offset: from, length: count };
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const start = typeof offset === 'number' ? offset : 0;
  return bytes.subarray(start, typeof length === 'number' ? start + length : undefined);
}
