import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { messageOf } from '../platform/error.ts';

/** Owner and group may connect: on a unix socket that is the right to write. */
const SOCKET_MODE = 0o660;

/** A socket that does not accept within this time has no process behind it. */
const PROBE_MS = 1_000;

const GROUP_FILE = '/etc/group';

/**
 * Makes room for a unix socket: the file of a dead process goes. Resolves with
 * why there is no room: somebody lives there, or the file is something else.
 */
export async function clearSocketFile(path: string): Promise<string | null> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (!found.isSocket()) return `${path} exists and is not a socket`;
    if (await isAlive(path))
      return `another process listens on ${path}: is routevane already running?`;
    unlinkSync(path);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Opens the socket to its group. `null`: done; else why the group has no access. */
export function openToGroup(path: string, group: string | null): string | null {
  try {
    chmodSync(path, SOCKET_MODE);
    if (group === null) return null;
    const gid = groupId(group);
    if (gid === null)
      return `the group ${group} does not exist: only the daemon's own group may use ${path}`;
    chownSync(path, process.getuid?.() ?? 0, gid);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A group's number, by its name (group(5)) or its digits. */
function groupId(group: string): number | null {
  if (/^\d{1,9}$/u.test(group)) return Number(group);
  for (const line of readFileSync(GROUP_FILE, 'utf8').split('\n')) {
    const [name, , gid = ''] = line.split(':');
    if (name === group && /^\d+$/u.test(gid)) return Number(gid);
  }
  return null;
}

async function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (isInUse: boolean): void => {
      socket.destroy();
      resolve(isInUse);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error) => {
      const code = 'code' in error ? error.code : '';
      // EAGAIN: its queue of connections is full, so somebody has it.
      settle(code !== 'ECONNREFUSED' && code !== 'ENOENT');
    });
  });
}
