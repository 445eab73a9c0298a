import type { InspectionResult } from './inspection.ts';

/** What the operator should know; `about` tells what is of one event apart. */
export interface Advice {
  readonly level: 'info' | 'warn';
  readonly event: string;
  readonly message: string;
  readonly about: string;
}

/** What is missing at the other end, where it is no ExaBGP we know. */
export function missingAtPeer(kind: 'bare' | 'silent'): string {
  return kind === 'bare'
    ? 'the process on the ExaBGP API does not list its neighbors, so it is not ExaBGP: routes are written to it, and none that it may hold are taken over'
    : 'ExaBGP sends no acknowledgements: commands are written without waiting for them';
}

/** What could be better at the other end. `events`: whether its events can reach us at all. */
export function* peerAdvice(finding: InspectionResult, events: boolean): Generator<Advice> {
  const acks = { level: 'warn', event: 'ack_missing', about: '' } as const;
  if (finding.kind !== 'found') {
    yield { ...acks, message: missingAtPeer(finding.kind) };
    return;
  }
  if (!finding.acks)
    yield { ...acks, message: 'acknowledgements are off in ExaBGP: set exabgp.api.ack=true' };
  for (const { address, risks, sendEvents } of finding.configs) {
    if (risks.length > 0)
      yield {
        level: 'warn',
        event: 'neighbor_risky',
        message: `neighbor ${address} is configured in ExaBGP with ${risks.join(', ')}, which can lose or repeat routes when ExaBGP or the session restarts`,
        about: address,
      };
    if (!sendEvents && events)
      yield {
        level: 'info',
        event: 'send_events_missing',
        message: `neighbor ${address} does not report the updates it sends (no "send { parsed; update; }" in its api section): changes of one route wait for a fixed time instead`,
        about: address,
      };
  }
}

/** That a neighbor came or went. */
export function neighborAdvice(address: string, state: 'up' | 'down', reason: string): Advice {
  return {
    level: state === 'up' ? 'info' : 'warn',
    event: `neighbor_${state}`,
    message: `neighbor ${address} is ${state}${reason === '' ? '' : `: ${reason}`}`,
    about: address,
  };
}
