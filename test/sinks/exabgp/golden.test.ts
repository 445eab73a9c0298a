import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Wanted } from './sample.ts';
import { commands } from './rig.ts';
import { SessionRig } from './session-rig.ts';

interface Order {
  readonly config?: readonly string[];
  readonly wanted?: Record<string, Wanted>;
  readonly restart?: boolean;
}

/**
 * `<` is what ExaBGP wrote, `>` what we wrote, `!` what the test wanted, in the
 * order a relay between the two saw them. Recorded under the real programs.
 */
async function replay(version: string, pieceBytes: number): Promise<void> {
  const path = new URL(`../../golden/exabgp/${version}.txt`, import.meta.url);
  let rig = new SessionRig();
  let incomingBefore = '';
  let open = false;
  const expected: string[] = [];
  const compare = (): void => assert.deepEqual(rig.take(), expected.splice(0));
  let incoming = '';
  const receive = (): void => {
    rig.receive(incoming, pieceBytes);
    incoming = '';
  };
  for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const text = line.slice(2);
    if (line.startsWith('<')) {
      if (open) incoming += `${text}\n`;
      else incomingBefore += `${text}\n`;
      continue;
    }
    if (incoming !== '') receive();
    if (line.startsWith('>')) {
      expected.push(text);
      continue;
    }
    compare();
    const order: Order = JSON.parse(text);
    if (order.wanted !== undefined) rig.want(order.wanted);
    if (order.restart === true) {
      rig.session.close();
      rig = new SessionRig();
      open = false;
      incomingBefore = '';
    }
    if (order.config !== undefined) {
      await rig.open(order.config);
      open = true;
      incoming = incomingBefore;
    }
  }
  receive();
  compare();
  assert.deepEqual(commands(rig.reports, 'confirmed'), commands(rig.reports, 'sent'));
  const states = rig.reports.flatMap((report) => (report.kind === 'state' ? [report] : []));
  assert.equal(states[0]?.peerVersion, version);
  // Each recording ends with ExaBGP's own end.
  assert.equal(states.at(-1)?.state, 'lost');
  rig.session.close();
}

describe('recorded talks are had again', () => {
  for (const version of ['4.2.21', '5.0.13'])
    for (const pieceBytes of [1, 7, 1000, 1 << 20])
      test(`with ${version}, in pieces of ${pieceBytes} bytes`, () => replay(version, pieceBytes));
});
