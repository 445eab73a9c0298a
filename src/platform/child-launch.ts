import type { SpawnOptions } from 'node:child_process';
import { findUser, type ChildUser } from './child-user.ts';

/** Sets groups, which spawn cannot, and becomes the program itself. Part of util-linux. */
const SETPRIV = '/usr/bin/setpriv';

/** What is handed to spawn; a reason where it cannot be. */
export type Launch =
  | {
      readonly ok: true;
      readonly program: string;
      readonly args: readonly string[];
      readonly options: Pick<SpawnOptions, 'uid' | 'gid'> & { readonly env: NodeJS.ProcessEnv };
    }
  | { readonly ok: false; readonly reason: string };

/** Prepares the start of `command` as `user`; `null`: as ourselves. */
export function launchOf(command: readonly string[], user: string | null): Launch {
  const [program, ...args] = command;
  if (program === undefined) return { ok: false, reason: 'no program was given' };
  if (user === null) return { ok: true, program, args, options: { env: environment(null) } };
  let found: ChildUser | null;
  try {
    found = findUser(user);
  } catch {
    return { ok: false, reason: '/etc/passwd or /etc/group cannot be read' };
  }
  if (found === null) return { ok: false, reason: `user ${user} is not on this node` };
  return launchAs(found, program, args);
}

function launchAs(user: ChildUser, program: string, args: readonly string[]): Launch {
  const { uid, gid, groups } = user;
  const env = environment(user);
  if (process.getuid?.() !== 0) {
    const isUs = process.getuid?.() === uid;
    if (isUs) return { ok: true, program, args, options: { env } };
    return { ok: false, reason: `only root can run a command as user ${user.name}` };
  }
  // spawn drops all groups, which is right for a user that has no supplementary groups.
  if (groups.length === 0) return { ok: true, program, args, options: { env, uid, gid } };
  const become = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${[gid, ...groups].join(',')}`];
  return {
    ok: true,
    program: SETPRIV,
    args: [...become, '--', program, ...args],
    options: { env },
  };
}

/**
 * Nothing of our own environment reaches a child (it may hold secrets), and its messages are
 * in English, so that they can be read by machines. TZ is kept: what it prints of times should
 * agree with the node.
 */
function environment(user: ChildUser | null): NodeJS.ProcessEnv {
  const { TZ } = process.env;
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C',
    LC_ALL: 'C',
    HOME: user?.home ?? '/',
    ...(user === null ? {} : { USER: user.name, LOGNAME: user.name }),
    ...(TZ === undefined ? {} : { TZ }),
  };
}
