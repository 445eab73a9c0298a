/** Maintenance that an operator asked for: of a route, a service, a real server or the node. */
export interface Drain {
  /** A route's key, a service's name, a real server's key, or `node`. */
  readonly name: string;
  readonly reason: string;
  /** Who asked for it: the user at the other end of the unix socket, where that is known. */
  readonly owner: string;
  /** For whom, as the owner named it, where that is another name. */
  readonly onBehalfOf?: string;
  /** When it expires, monotonic milliseconds; `null`: when it is undrained. */
  readonly untilMs: number | null;
  /** When it was asked for, monotonic milliseconds; negative if before this process. */
  readonly sinceMs: number;
}

/** Whom maintenance belongs to. */
export type Ownership = Pick<Drain, 'owner' | 'onBehalfOf'>;

/** Both names in one line. */
export function ownerText({ owner, onBehalfOf }: Ownership): string {
  return onBehalfOf === undefined ? owner : `${owner} on behalf of ${onBehalfOf}`;
}
