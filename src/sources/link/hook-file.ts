import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NotAFileError, openRegularFileSync } from '../../platform/safe-file.ts';
import { errorCode } from './error-code.ts';
import { isInterfaceName } from './interface-name.ts';

/** The hook's state file of one interface. */
export type HookState =
  | { readonly kind: 'written'; readonly state: 'up' | 'down' }
  /** The hook has written none yet. */
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly reason: string };

/** Enough for `up` or `down`, and to show what is there instead. */
const FILE_BYTES_MAX = 64;
const SHOWN_CHARS_MAX = 24;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** Why the folder cannot be used; `null`: it is there and readable. */
export function folderProblem(dir: string): string | null {
  try {
    if (!statSync(dir).isDirectory()) return `folder ${dir} is not a folder`;
    accessSync(dir, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return `folder ${dir} is missing`;
    return `folder ${dir} is not readable (${code})`;
  }
}

/** Never throws and never waits, whatever lies there. */
export function readStateFile(dir: string, name: string): HookState {
  let text: string;
  try {
    text = readStart(join(dir, name));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { kind: 'none' };
    if (error instanceof NotAFileError)
      return { kind: 'bad', reason: `state file is ${error.kind}` };
    return { kind: 'bad', reason: `state file is not readable (${code})` };
  }
  if (text === 'up' || text === 'up\n') return { kind: 'written', state: 'up' };
  if (text === 'down' || text === 'down\n') return { kind: 'written', state: 'down' };
  return { kind: 'bad', reason: `the state file contains neither up nor down: ${quoted(text)}` };
}

function readStart(path: string): string {
  const fd = openRegularFileSync(path);
  try {
    const bytes = Buffer.alloc(FILE_BYTES_MAX);
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

/** In quotes, cut, and without anything that a terminal or a log could take for a command. */
function quoted(text: string): string {
  const cut = text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
  return JSON.stringify(cut).replaceAll(
    /[\x7f-\xff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16)}`,
  );
}

/**
 * Does what `systemd/ifplugd-action.sh` does: writes `up` or `down` into the state
 * file of `name` in one step, and makes the folder where it is missing. A reader
 * sees the old state or the new one, never half of it. Returns the problem as a message, or `null`.
 */
export function writeLinkState(dir: string, name: string, state: string): string | null {
  if (!isInterfaceName(name)) return `${quoted(name)} is not the name of an interface`;
  if (state !== 'up' && state !== 'down') return `the state must be up or down`;
  // The dot keeps it apart from every interface, the number from every other writer.
  const temporary = join(dir, `.${name}.${process.pid}`);
  try {
    const made = mkdirSync(dir, { recursive: true });
    // Whatever the umask of the caller: the daemon need not run as the same user.
    if (made !== undefined) chmodSync(dir, FOLDER_MODE);
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${state}\n`, { flag: 'wx' });
    chmodSync(temporary, FILE_MODE);
    renameSync(temporary, join(dir, name));
    return null;
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The first problem is the one to report.
    }
    return `cannot write the state of ${name} in ${dir} (${errorCode(error)})`;
  }
}
