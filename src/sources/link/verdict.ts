import type { Observation } from '../../model/observation.ts';
import type { LinkFacts } from '../../protocol/rtnetlink.ts';
import type { HookState } from './hook-file.ts';
import type { SysfsLink } from './sysfs.ts';

/** An observation without its signal and time. */
export type LinkVerdict = Pick<Observation, 'state' | 'reason'>;

const UP: LinkVerdict = { state: 'up', reason: '' };

/**
 * Joins the hook's state file and the carrier of one interface. Down wins: ifplugd may read the
 * hardware where the driver reports no carrier, and its file may be old. Then lost; up needs both.
 */
export function linkVerdict(name: string, file: HookState, sysfs: SysfsLink): LinkVerdict {
  const hook = fileVerdict(file);
  const carrier = sysfsVerdict(name, sysfs);
  if (carrier.state === 'down') return carrier;
  if (hook.state === 'down') return hook;
  return carrier.state === 'lost' ? carrier : hook;
}

function fileVerdict(file: HookState): LinkVerdict {
  if (file.kind === 'bad') return { state: 'lost', reason: file.reason };
  // Without a file the carrier alone decides.
  if (file.kind === 'none' || file.state === 'up') return UP;
  return { state: 'down', reason: 'the state file of ifplugd reports down' };
}

function sysfsVerdict(name: string, sysfs: SysfsLink): LinkVerdict {
  if (sysfs.kind === 'seen') return carrierVerdict(sysfs.facts);
  if (sysfs.kind === 'unreadable') return { state: 'lost', reason: sysfs.reason };
  return { state: 'lost', reason: `interface ${name} does not exist` };
}

/** Up as the kernel's IFF_RUNNING is: RFC 2863's `up`, or `unknown` where the driver reports no state. */
export function carrierVerdict({ isAdminUp, hasCarrier, operState }: LinkFacts): LinkVerdict {
  if (!isAdminUp) return { state: 'down', reason: 'interface is administratively down' };
  // The operational state follows the carrier some milliseconds later.
  const isSettling = operState === 'down' || operState === 'lowerlayerdown';
  if (!hasCarrier || isSettling) return { state: 'down', reason: 'no carrier' };
  if (operState === 'up' || operState === 'unknown') return UP;
  return { state: 'down', reason: `operational state is ${operState}` };
}
