import { readFileSync } from 'node:fs';

/** As whom a child runs. */
export interface ChildUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, as login would set them. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** Files of the form of passwd(5) and group(5); a test gives others. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

const systemFiles: UserFiles = { passwd: '/etc/passwd', group: '/etc/group' };

/**
 * Looks a user up in the local files, at each call, so that an edit is seen without a restart.
 * `null`: no such user here. Users of LDAP and the like are not known: a start must not wait
 * for a directory server.
 */
export function findUser(name: string, files: UserFiles = systemFiles): ChildUser | null {
  const entry = rowsOf(files.passwd).find(([user]) => user === name);
  const [uid, gid] = [Number(entry?.[2]), Number(entry?.[3])];
  if (entry === undefined || !Number.isSafeInteger(uid) || !Number.isSafeInteger(gid)) return null;
  const groups = rowsOf(files.group)
    .filter(([, , , members = '']) => members.split(',').includes(name))
    .map(([, , id]) => Number(id))
    .filter((id) => Number.isSafeInteger(id) && id !== gid);
  return { name, uid, gid, groups, home: entry[5] ?? '/' };
}

/** The name of a user by its number; `null`: no local file has it. */
export function userName(uid: number, { passwd }: UserFiles = systemFiles): string | null {
  try {
    return rowsOf(passwd).find(([, , id]) => id === String(uid))?.[0] ?? null;
  } catch {
    return null;
  }
}

function rowsOf(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split(':'));
}
