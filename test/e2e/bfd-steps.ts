import { after } from 'node:test';
import { OvsPair, type OvsNode } from '../sources/bfd/ovs-lab.ts';
import type { Step } from './check.ts';
import { step } from './steps.ts';

/** BFD gives up after 3 × 300 ms; the rest is for a loaded machine. */
export const detectedMs = 30_000;
/** A session needs 1 to 2 s to come up again, and vswitchd some time to start. */
export const recoveredMs = 60_000;

/** A vswitchd that gets no processor for 300 ms must not look like a fall of the session. */
export const rxMs = 300;

/** Two switches for all rows of a file. Each row leaves their session up, or going up. */
export async function startPair(): Promise<OvsPair> {
  const pair = await OvsPair.start({ rxMs });
  after(() => pair.close());
  await pair.untilUp();
  return pair;
}

/** `sources` and the signal `tor`; `more` are further keys of that. */
export function bfdConfig({ a }: OvsPair, more = 'updelay: 0s'): string {
  return `
startup_timeout: 2s
sources: { ovsdb: { remote: "${a.remote}", vswitchd_pidfile: "${a.pidfile}" } }
signals:
  tor: { type: bfd, interface: ${a.device}, ${more} }
`;
}

/** Does something to one of the switches. */
export function ovs(what: string, work: () => unknown): Step {
  return step(what, async () => {
    await work();
  });
}

/** The peer comes up a little later; until then what is up here may fall once more. */
export function bothUp(pair: OvsPair): Step {
  return ovs('the session is up on both sides', () => pair.untilUp());
}

export function stopsVswitchd(node: OvsNode): Step {
  return ovs(`stops vswitchd of ${node.device}`, () => node.signalVswitchd('SIGSTOP'));
}

export function continuesVswitchd(node: OvsNode): Step {
  return ovs(`continues vswitchd of ${node.device}`, () => node.signalVswitchd('SIGCONT'));
}

export function startsVswitchd(node: OvsNode): Step {
  return ovs(`starts vswitchd of ${node.device}`, () => node.startVswitchd());
}

export function sets(node: OvsNode, setting: string): Step {
  return ovs(`sets ${setting} of ${node.device}`, () =>
    node.vsctl('--no-wait', 'set', 'interface', node.device, setting),
  );
}
