import type { Finding } from './inspection.ts';

/** What the operator should know; `about` tells what is of one event apart. */
export interface Advice {
  readonly level: 'info' | 'warn';
  readonly event: string;
  readonly message: string;
  readonly about: string;
}

/** What is missing at the other end, where it is no ExaBGP we know. */
export function shortcoming(kind: 'bare' | 'silent'): string {
  return kind === 'bare'
    ? 'what answers does not list its neighbors: taken for a script, nothing is adopted'
    : 'acknowledgements are missing: commands are written without waiting for them';
}

/** What could be better at the other end. `events`: whether its events can reach us at all. */
export function* adviceOn(finding: Finding, events: boolean): Generator<Advice> {
  const acks = { level: 'warn', event: 'ack_missing', about: '' } as const;
  if (finding.kind !== 'found') {
    yield { ...acks, message: shortcoming(finding.kind) };
    return;
  }
  if (!finding.acks) yield { ...acks, message: 'acknowledgements are switched off in ExaBGP' };
  for (const { address, risks, sendEvents } of finding.configs) {
    if (risks.length > 0)
      yield {
        level: 'warn',
        event: 'neighbor_risky',
        message: `neighbor ${address} has ${risks.join(', ')}`,
        about: address,
      };
    if (!sendEvents && events)
      yield {
        level: 'info',
        event: 'send_events_missing',
        message: `neighbor ${address} lacks "send { parsed; update; }": changes of one route are spaced by time`,
        about: address,
      };
  }
}

/** That a neighbor came or went. */
export function newsOf(address: string, state: 'up' | 'down', reason: string): Advice {
  return {
    level: state === 'up' ? 'info' : 'warn',
    event: `neighbor_${state}`,
    message: `neighbor ${address} is ${state}${reason === '' ? '' : `: ${reason}`}`,
    about: address,
  };
}
