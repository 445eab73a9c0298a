import type { Check } from '../../model/check.ts';
import type { Notice } from '../../model/notice.ts';
import type { Observation } from '../../model/observation.ts';
import type { TcpEndpoint } from '../../platform/sockets.ts';

/** What is probed, and how. */
export interface ProbeTarget {
  /** The signal's name: `service/address:port`. */
  readonly key: string;
  readonly service: string;
  readonly address: string;
  /** The port that is probed. */
  readonly port: number;
  /** Fault domain beyond address and service. */
  readonly domain: string | null;
  readonly check: Check;
}

/** The result of one probe: an observation before it has a time. `lost`: this node could not probe. */
export type ProbeAnswer = Pick<Observation, 'state' | 'reason' | 'weightPercent' | 'detail'>;

export const UP: ProbeAnswer = { state: 'up', reason: '' };

/** All that one target keeps between its probes. One probe is in flight at a time. */
export interface Probe {
  /** Begins one probe. It ends with one call of `answered`, or by `expire` or `cancel`. */
  start(): void;
  /**
   * Ends the probe in flight at its time-out, and returns the result. `null`: it goes on, for
   * it still waits for its turn, and gets its whole time again.
   */
  expire(): ProbeAnswer | null;
  /** Ends the probe in flight without a result; nothing where none is. */
  cancel(): void;
  /** Closes all sockets. */
  close(): void;
}

/**
 * One per protocol. `answered` is never called after `expire`, `cancel` or `close`. `notify`
 * is for what the operator should know although the server is up; its rate is limited. `begun`
 * is called when a probe that may have had to wait for its turn begins: its time counts from here.
 */
export type Prober = (
  target: ProbeTarget,
  answered: (answer: ProbeAnswer) => void,
  notify: (notice: Notice) => void,
  begun?: () => void,
) => Probe;

/** The check of a target, for the prober of that type. Throws for any other: our own bug. */
export function checkOfType<Type extends Check['type']>(
  { key, check }: ProbeTarget,
  ...types: readonly Type[]
): Extract<Check, { readonly type: Type }> {
  if (!isOf(check, types)) throw new TypeError(`${key} has no ${types.join(' or ')} check`);
  return check;
}

function isOf<Type extends Check['type']>(
  check: Check,
  types: readonly Type[],
): check is Extract<Check, { readonly type: Type }> {
  return types.some((type) => type === check.type);
}

export function endpointOf({ address, port, check }: ProbeTarget): TcpEndpoint {
  return { address, port, source: check.source };
}

/** The result of a time-out: no answer on the connection, or no connection at all. */
export function late(tcp: { readonly connecting: boolean } | null, timeoutMs: number): ProbeAnswer {
  return tcp?.connecting === false ? noAnswer(timeoutMs) : timedOut(timeoutMs);
}

export function timedOut(timeoutMs: number): ProbeAnswer {
  return { state: 'down', reason: `timed out after ${timeoutMs}ms` };
}

export function noAnswer(timeoutMs: number): ProbeAnswer {
  return { state: 'down', reason: `no answer within ${timeoutMs}ms` };
}
