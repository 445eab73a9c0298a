import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Wish } from './sample.ts';
import { commands } from './rig.ts';
import { SessionRig } from './session-rig.ts';

interface Order {
  readonly config?: readonly string[];
  readonly wishes?: Record<string, Wish>;
  readonly restart?: boolean;
}

/**
 * `<` is what ExaBGP wrote, `>` what we wrote, `!` what the test wished for, in the
 * order a relay between the two saw them. Recorded under the real programs.
 */
async function replay(version: string, pieceBytes: number): Promise<void> {
  const path = new URL(`../../golden/exabgp/${version}.txt`, import.meta.url);
  let rig = new SessionRig();
  let heardBefore = '';
  let open = false;
  const expected: string[] = [];
  const compare = (): void => assert.deepEqual(rig.take(), expected.splice(0));
  let heard = '';
  const hear = (): void => {
    rig.hear(heard, pieceBytes);
    heard = '';
  };
  for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const text = line.slice(2);
    if (line.startsWith('<')) {
      if (open) heard += `${text}\n`;
      else heardBefore += `${text}\n`;
      continue;
    }
    if (heard !== '') hear();
    if (line.startsWith('>')) {
      expected.push(text);
      continue;
    }
    compare();
    const order: Order = JSON.parse(text);
    if (order.wishes !== undefined) rig.wish(order.wishes);
    if (order.restart === true) {
      rig.session.close();
      rig = new SessionRig();
      open = false;
      heardBefore = '';
    }
    if (order.config !== undefined) {
      await rig.open(order.config);
      open = true;
      heard = heardBefore;
    }
  }
  hear();
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
