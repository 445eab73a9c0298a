import type { InspectionResult } from './inspection.ts';

/** A notice about ExaBGP or one of its neighbors. */
export interface PeerNotice {
  readonly level: 'info' | 'warn';
  readonly event: string;
  readonly message: string;
  /** The neighbor, so that notices of several neighbors are limited one by one; else empty. */
  readonly about: string;
}

/** What the missing answers of a peer that is not an ExaBGP mean. */
export function describePeer(kind: 'script' | 'none'): string {
  return kind === 'script'
    ? 'the process on the ExaBGP API does not list its neighbors, so it is not ExaBGP: routes are written to it, and none that it may hold are adopted'
    : 'ExaBGP sends no acknowledgements: commands are written without waiting for them';
}

/**
 * What the operator could improve at the peer.
 *
 * @param hasEvents whether its events can reach us at all.
 */
export function* peerNotices(peer: InspectionResult, hasEvents: boolean): Generator<PeerNotice> {
  const acks = { level: 'warn', event: 'ack_missing', about: '' } as const;
  if (peer.kind !== 'exabgp') {
    yield { ...acks, message: describePeer(peer.kind) };
    return;
  }
  if (!peer.hasAcks)
    yield { ...acks, message: 'acknowledgements are off in ExaBGP: set exabgp.api.ack=true' };
  for (const { address, risks, hasSendEvents } of peer.configs) {
    if (risks.length > 0)
      yield {
        level: 'warn',
        event: 'neighbor_risky',
        message: `neighbor ${address} is configured in ExaBGP with ${risks.join(', ')}, which can lose or repeat routes when ExaBGP or the session restarts`,
        about: address,
      };
    if (!hasSendEvents && hasEvents)
      yield {
        level: 'info',
        event: 'send_events_missing',
        message: `neighbor ${address} does not report the updates it sends (no "send { parsed; update; }" in its api section): changes of one route wait for a fixed time instead`,
        about: address,
      };
  }
}

export function neighborNotice(address: string, state: 'up' | 'down', reason: string): PeerNotice {
  return {
    level: state === 'up' ? 'info' : 'warn',
    event: `neighbor_${state}`,
    message: `neighbor ${address} is ${state}${reason === '' ? '' : `: ${reason}`}`,
    about: address,
  };
}
