import type { Observation } from '../../model/observation.ts';
import type { LinkFacts } from '../../protocol/rtnetlink.ts';
import type { HookState } from './state-file.ts';
import type { SysfsLink } from './sysfs.ts';

/** An observation without its signal and time. */
export type LinkVerdict = Pick<Observation, 'state' | 'reason'>;

const UP: LinkVerdict = { state: 'up', reason: '' };

/**
 * Joins what the hook and the kernel say of one interface. Whoever says down wins:
 * ifplugd may ask the hardware where the driver reports no carrier, and its file
 * may be old. Then whoever cannot say; up needs all who speak.
 */
export function linkVerdict(name: string, file: HookState, sysfs: SysfsLink): LinkVerdict {
  const said = judgeFile(file);
  const seen = judgeSight(name, sysfs);
  if (seen.state === 'down') return seen;
  if (said.state === 'down') return said;
  return seen.state === 'lost' ? seen : said;
}

function judgeFile(file: HookState): LinkVerdict {
  if (file.kind === 'bad') return { state: 'lost', reason: file.reason };
  // Without a file the carrier alone decides.
  if (file.kind === 'none' || file.state === 'up') return UP;
  return { state: 'down', reason: 'the state file of ifplugd reports down' };
}

function judgeSight(name: string, sysfs: SysfsLink): LinkVerdict {
  if (sysfs.kind === 'seen') return kernelVerdict(sysfs.facts);
  if (sysfs.kind === 'unreadable') return { state: 'lost', reason: sysfs.reason };
  return { state: 'lost', reason: `interface ${name} does not exist` };
}

/** Up as the kernel's IFF_RUNNING is: RFC 2863's `up`, or `unknown` of a driver that tells nothing. */
export function kernelVerdict({ adminUp, carrier, operState }: LinkFacts): LinkVerdict {
  if (!adminUp) return { state: 'down', reason: 'interface is administratively down' };
  // The operational state follows the carrier some milliseconds later.
  const settling = operState === 'down' || operState === 'lowerlayerdown';
  if (!carrier || settling) return { state: 'down', reason: 'no carrier' };
  if (operState === 'up' || operState === 'unknown') return UP;
  return { state: 'down', reason: `operational state is ${operState}` };
}
