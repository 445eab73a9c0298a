import { accessSync, constants, readdirSync, statSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { LateFinding } from '../config/place.ts';
import type { Config } from '../model/config.ts';

const { R_OK, W_OK, X_OK } = constants;

/** Folders that systemd makes for the user of a unit, and the line that asks for it. */
const ofUnits = [
  { parent: '/run/', directive: 'RuntimeDirectory' },
  { parent: '/var/lib/', directive: 'StateDirectory' },
] as const;

/**
 * What `run` will write and this user cannot: the folders of the admin socket, of the state and of
 * the track files, the files that are there already, ExaBGP's pipes. Asks access(2), writes nothing.
 */
export function writableFindings(config: Config): LateFinding[] {
  const { admin, stateDir, trackFilesDir, exabgp } = config;
  const found: LateFinding[] = [];
  const add = (path: readonly string[], message: string | null): void => {
    if (message !== null) found.push({ bases: [path], below: [], message });
  };
  if (admin.socket !== null) add(['admin', 'socket'], socketFault(resolve(admin.socket)));
  if (stateDir !== null) {
    const folder = resolve(stateDir);
    add(['state_dir'], folderFault(folder) ?? filesFault(folder));
  }
  if (trackFilesDir !== null) {
    add(['outputs', 'track_files', 'dir'], folderFault(resolve(trackFilesDir)));
  }
  if (exabgp.via === 'pipe') {
    add(['outputs', 'exabgp', 'in'], pipeFault(exabgp.inPath, W_OK));
    // Its writing end stays open, or each line would be an end of file.
    add(['outputs', 'exabgp', 'out'], pipeFault(exabgp.outPath, R_OK | W_OK));
  }
  return found;
}

/** Of a folder that files are made in, and that is made itself where it is missing. */
function folderFault(folder: string): string | null {
  const nearest = nearestOf(folder);
  if (statOf(nearest)?.isDirectory() === false) {
    return `${nearest} is not a folder: give another path, or move it away`;
  }
  const fault = faultOf(nearest, W_OK | X_OK);
  if (fault === null) return null;
  const what = nearest === folder ? `write to ${folder}` : `make ${folder}`;
  return `${us()} cannot ${what}: ${fault} (${nearest}): ${mend(folder, fault)}`;
}

/** The folder, or what is there of the way to it. */
function nearestOf(folder: string): string {
  let nearest = folder;
  while (statOf(nearest) === null && dirname(nearest) !== nearest) nearest = dirname(nearest);
  return nearest;
}

function socketFault(socket: string): string | null {
  const folder = dirname(socket);
  const fault = folderFault(folder);
  const [inFolder, there] = [statOf(folder), statOf(socket)];
  if (fault !== null || inFolder === null || there === null) return fault;
  // In a folder such as /tmp only the owner may remove what a former run left.
  const isSticky = (inFolder.mode & 0o1000) !== 0;
  const uid = process.getuid?.() ?? 0;
  if (!isSticky || [0, inFolder.uid, there.uid].includes(uid)) return null;
  return `${us()} cannot replace ${socket}: it is another user's: remove it`;
}

/** Of the files that a former run left there, maybe as another user. */
function filesFault(folder: string): string | null {
  if (statOf(folder) === null) return null;
  const fault = faultOf(folder, R_OK);
  if (fault !== null) return `${us()} cannot list ${folder}: ${fault}: ${mend(folder, fault)}`;
  const closed = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isFile() && faultOf(path, R_OK | W_OK) !== null ? [path] : [];
  });
  const [first, ...more] = closed;
  if (first === undefined) return null;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${us()} cannot read and write ${first}${others}: chown -R ${us('')} ${folder}`;
}

/** A pipe that is not there yet is no fault: ExaBGP makes it, and it is waited for. */
function pipeFault(path: string, mode: number): string | null {
  const fault = faultOf(path, mode);
  if (fault === null || fault === 'it is missing') return null;
  return `${us()} cannot open ${path}: ${fault}: start routevane as the user that ExaBGP runs as`;
}

/** Why this user may not; `null`: it may. */
function faultOf(path: string, mode: number): string | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'it is missing';
    if (code === 'EROFS') return 'its file system is read-only';
    const stats = statOf(path);
    return stats === null || code !== 'EACCES'
      ? 'permission denied'
      : `permission denied, it belongs to uid ${stats.uid}`;
  }
}

function mend(folder: string, fault: string): string {
  if (fault.includes('read-only')) return `ReadWritePaths=${folder} in the unit`;
  const unit = ofUnits.find(({ parent }) => folder.startsWith(parent));
  const [name] = folder.slice(unit?.parent.length ?? 0).split('/');
  const line = unit === undefined ? '' : `, or ${unit.directive}=${name} in the unit`;
  return `install -d -o ${us('')} ${folder}${line}`;
}

/** The user we are, as a message and as a command have it. */
function us(before = 'user '): string {
  const uid = process.getuid?.() ?? 0;
  try {
    return `${before}${userInfo().username}`;
  } catch {
    // Not every number has a name.
    return `${before === '' ? '' : 'uid '}${uid}`;
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
