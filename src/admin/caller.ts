import type { IncomingMessage } from 'node:http';
import type { Ownership } from '../model/drain.ts';
import { userName } from '../platform/child-user.ts';
import { peerOf } from '../platform/peer.ts';
import { remoteAddressOf, type AccessPolicy, type AuthState } from './guard.ts';
import { isSafeText } from './maintenance-file.ts';

/** Who changes maintenance. */
export interface Caller {
  /** As the log and the status name it. */
  readonly text: string;
  /** Its user's name; `null`: no user is known, and its own word counts. */
  readonly user: { readonly name: string | null } | null;
}

/** The user whom the kernel names at the other end of the socket, or the address. */
export function callerOf(
  request: IncomingMessage,
  access: AccessPolicy,
  { uidOf }: AuthState,
): Caller {
  if (access.kind === 'tcp') return { text: remoteAddressOf(request), user: null };
  const { uid } = peerOf(request.socket, uidOf);
  if (uid === null) return { text: 'unknown', user: null };
  const name = userName(uid);
  // What stands in passwd(5) is shown on terminals, too.
  const isShown = name !== null && name !== '' && isSafeText(name);
  return { text: isShown ? `${name} (uid ${uid})` : `uid ${uid}`, user: { name } };
}

/** @param named the name that the caller gave; empty: none. */
export function ownershipOf({ text, user }: Caller, named: string): Ownership {
  if (user === null) return { owner: named === '' ? text : named };
  return named === '' || named === user.name ? { owner: text } : { owner: text, onBehalfOf: named };
}
