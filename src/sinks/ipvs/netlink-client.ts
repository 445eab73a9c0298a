import type { NetlinkSocket, openGenericNetlink } from '../../platform/genetlink.ts';
import {
  encodeRequest,
  joined,
  parseFamily,
  parseReplies,
  type Request,
} from '../../protocol/genetlink.ts';
import { ipvsFamilyRequest } from '../../protocol/ipvs/requests.ts';
import { TableError } from './table-access.ts';
import { ENOENT, EPERM, errnoName, NEEDS_CAPABILITY, NO_IPVS } from './errno.ts';

export type OpenSocket = typeof openGenericNetlink;

const SEQUENCE_LIMIT = 2 ** 32;
const NO_KOFFI =
  'IPVS cannot be reached through netlink without the npm package koffi: install it, or set `outputs: { ipvs: { via: ipvsadm } }`';

/** Sends requests to IPVS, one at a time. Every method throws a `TableError` where netlink fails. */
export class NetlinkClient {
  readonly #socket: NetlinkSocket;
  readonly #family: number;
  #sequence = 1;

  /** Opens the socket and asks for the family id of IPVS. */
  constructor(open: OpenSocket) {
    const opened = open();
    if (!opened.ok) {
      throw opened.code === 'no_koffi'
        ? new TableError('no_koffi', NO_KOFFI)
        : new TableError('failed', opened.reason);
    }
    this.#socket = opened.socket;
    try {
      this.#family = this.#findFamily();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get family(): number {
    return this.#family;
  }

  /** One request; calls `take` with the attributes of each reply, valid until it returns. */
  ask(request: Request, take: (attributes: Uint8Array) => void): void {
    const errno = this.#errnoOf(request, take);
    if (errno === 0) return;
    if (errno === EPERM) throw new TableError('no_permission', NEEDS_CAPABILITY);
    // No family has the id of IPVS any more: the module was unloaded under this socket.
    if (errno === ENOENT) throw new TableError('no_ipvs', NO_IPVS);
    throw new TableError('failed', `IPVS answered ${errnoName(errno)}`);
  }

  /** Changes in one message, at most as many as the kernel can reply to; the errno of each, 0 for success. */
  change(requests: readonly Request[]): readonly number[] {
    const first = this.#nextSequences(requests.length);
    const at = (index: number): number => (first + index) % SEQUENCE_LIMIT;
    const last = requests.length - 1;
    // The kernel replies to each that fails, and to the last one in any case.
    const messages = requests.map((request, index) =>
      encodeRequest(at(index), index === last ? request : { ...request, kind: 'get' }),
    );
    const errnos = requests.map(() => 0);
    this.#must(this.#socket.send(joined(messages)));
    for (;;) {
      for (const reply of parseReplies(this.#must(this.#socket.receive()))) {
        if (reply.kind === 'broken') throw broken(reply.reason);
        const index = (reply.sequence - first + SEQUENCE_LIMIT) % SEQUENCE_LIMIT;
        if (reply.kind !== 'result' || index > last) continue;
        errnos[index] = reply.errno;
        if (index === last) return errnos;
      }
    }
  }

  close(): void {
    this.#socket.close();
  }

  #findFamily(): number {
    const found: { family: number | null } = { family: null };
    const errno = this.#errnoOf(ipvsFamilyRequest, (attributes) => {
      found.family = parseFamily(attributes);
    });
    if (errno === ENOENT) throw new TableError('no_ipvs', NO_IPVS);
    if (errno !== 0) throw new TableError('failed', `the kernel answered ${errnoName(errno)}`);
    if (found.family === null) throw broken('the reply lacks the family id of IPVS');
    return found.family;
  }

  #errnoOf(request: Request, take: (attributes: Uint8Array) => void): number {
    const sequence = this.#nextSequences(1);
    this.#must(this.#socket.send(encodeRequest(sequence, request)));
    for (;;) {
      for (const reply of parseReplies(this.#must(this.#socket.receive()))) {
        if (reply.kind === 'broken') throw broken(reply.reason);
        // The rest of an earlier reply.
        if (reply.sequence !== sequence) continue;
        if (reply.kind === 'result') return reply.errno;
        take(reply.attributes);
        if (request.kind === 'get') return 0;
      }
    }
  }

  #nextSequences(count: number): number {
    const first = this.#sequence;
    this.#sequence = (first + count) % SEQUENCE_LIMIT;
    return first;
  }

  #must<T>(result: { ok: true; value: T } | { ok: false; reason: string }): T {
    if (result.ok) return result.value;
    throw new TableError('failed', `IPVS cannot be queried through netlink: ${result.reason}`);
  }
}

export function broken(reason: string): TableError {
  return new TableError('failed', `the netlink reply is malformed: ${reason}`);
}
