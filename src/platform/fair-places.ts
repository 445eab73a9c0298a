/**
 * The connections of one listener, shared fairly among its peers: a new one always gets a place,
 * because the peer with the most loses one of its own. No peer is locked out, neither by others nor by
 * what is left of itself, and a peer with few connections loses none to one with many.
 */
export class FairPlaces<Member extends object> {
  readonly #placesMax: number;
  readonly #peerOf = new Map<Member, string>();
  /** By peer, oldest first. */
  readonly #members = new Map<string, Set<Member>>();
  readonly #busy = new Set<Member>();

  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  get size(): number {
    return this.#peerOf.size;
  }

  countOf(peer: string): number {
    return this.#members.get(peer)?.size ?? 0;
  }

  get isFull(): boolean {
    return this.size >= this.#placesMax;
  }

  /** Takes it in. Returns who has lost its place for it, forgotten already; `null`: there was room. */
  add(member: Member, peer: string): Member | null {
    const mates = this.#members.get(peer);
    if (mates === undefined) this.#members.set(peer, new Set([member]));
    else mates.add(member);
    this.#peerOf.set(member, peer);
    if (this.size <= this.#placesMax) return null;
    const loser = this.#loser(member);
    if (loser !== null) this.delete(loser);
    return loser;
  }

  /** Of the members of one peer, those that do nothing lose their place first. */
  setBusy(member: Member, isBusy: boolean): void {
    if (isBusy && this.#peerOf.has(member)) this.#busy.add(member);
    else this.#busy.delete(member);
  }

  delete(member: Member): void {
    const peer = this.#peerOf.get(member);
    if (peer === undefined) return;
    this.#peerOf.delete(member);
    this.#busy.delete(member);
    const mates = this.#members.get(peer);
    mates?.delete(member);
    if (mates?.size === 0) this.#members.delete(peer);
  }

  /** The peer with the most members: among equals the one that has been here longest. */
  largest(): { readonly peer: string; readonly count: number } | null {
    let largest: { readonly peer: string; readonly count: number } | null = null;
    for (const [peer, { size: count }] of this.#members) {
      if (largest === null || count > largest.count) largest = { peer, count };
    }
    return largest;
  }

  /** The oldest member of a peer, idle ones first. */
  oldestOf(peer: string, except: Member | null = null): Member | null {
    let oldest: Member | null = null;
    for (const member of this.#members.get(peer) ?? []) {
      if (member === except) continue;
      if (!this.#busy.has(member)) return member;
      oldest ??= member;
    }
    return oldest;
  }

  #loser(newcomer: Member): Member | null {
    const largest = this.largest();
    return largest === null ? null : this.oldestOf(largest.peer, newcomer);
  }
}
