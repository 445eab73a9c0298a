import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { InterfaceRow } from '../../../src/sources/bfd/interface-row.ts';
import { sessionVerdict, type Database, type Evidence } from '../../../src/sources/bfd/verdict.ts';
import type { VswitchdState } from '../../../src/sources/bfd/vswitchd-state.ts';
import type { PresentRow, RowState } from '../../../src/sources/bfd/row-state.ts';

const nowMs = 100_000;
const current: Database = { kind: 'current' };
const alive: VswitchdState = { kind: 'alive', doubt: null };
const gone: VswitchdState = { kind: 'lost', reason: 'vswitchd is gone' };

const upStatus = { state: 'up', forwarding: 'true', diagnostic: 'No Diagnostic' };
const upRow: InterfaceRow = {
  name: 'eth0',
  bfd_status: new Map(Object.entries(upStatus)),
  link_state: 'up',
  ofport: 1,
  error: null,
};

function seen(row: Partial<InterfaceRow>, since: Partial<PresentRow> = {}): RowState {
  const whole = { ...upRow, ...row };
  const emptyUntilMs = whole.bfd_status.size === 0 ? nowMs + 1 : null;
  return { kind: 'row', row: whole, emptyUntilMs, statusChangedMs: -Infinity, ...since };
}

function status(changes: Readonly<Record<string, string>>): Partial<InterfaceRow> {
  return { bfd_status: new Map(Object.entries({ ...upStatus, ...changes })) };
}

function said(evidence: Partial<Evidence>): string {
  const whole = {
    name: 'eth0',
    database: current,
    rowState: seen({}),
    vswitchd: alive,
    ...evidence,
  };
  const { verdict } = sessionVerdict(whole, nowMs);
  if (verdict === null) return 'nothing yet';
  return verdict.reason === '' ? verdict.state : `${verdict.state}: ${verdict.reason}`;
}

const empty = { bfd_status: new Map<string, string>() };
const back: VswitchdState = { kind: 'alive', doubt: { fromMs: nowMs - 900, untilMs: nowMs + 1 } };
const backLong: VswitchdState = { kind: 'alive', doubt: { fromMs: nowMs - 900, untilMs: nowMs } };
const unattached = { ofport: -1, link_state: null, error: 'could not open network device eth0' };

const table: readonly (readonly [string, Partial<Evidence>, string])[] = [
  ['all agree', {}, 'up'],
  ['vswitchd killed: up for ever', { vswitchd: gone }, 'lost: vswitchd is gone'],
  [
    'vswitchd stopped',
    { vswitchd: { kind: 'lost', reason: 'vswitchd is not answering' } },
    'lost: vswitchd is not answering',
  ],
  ['vswitchd not heard yet', { vswitchd: { kind: 'unknown' } }, 'nothing yet'],
  [
    'OVSDB lost, whatever else was known',
    { database: { kind: 'lost', reason: 'OVSDB is not reachable: closed' }, vswitchd: gone },
    'lost: OVSDB is not reachable: closed',
  ],
  ['OVSDB not heard yet', { database: { kind: 'unknown' } }, 'nothing yet'],
  ['the row was not asked for yet', { rowState: { kind: 'unknown' } }, 'nothing yet'],
  [
    'no such row',
    { rowState: { kind: 'missing', wasThere: false } },
    'lost: interface eth0 does not exist in Open vSwitch',
  ],
  [
    'the row is gone, which needs no vswitchd to be true',
    { rowState: { kind: 'missing', wasThere: true }, vswitchd: gone },
    'down: interface gone',
  ],
  [
    'crash, device deleted, restart: still up / true',
    { rowState: seen(unattached) },
    'down: could not open network device eth0',
  ],
  ['the same without its error', { rowState: seen({ ofport: -1 }) }, unattachedReason()],
  ['no port number yet', { rowState: seen({ ofport: null }) }, unattachedReason()],
  ['port number 0', { rowState: seen({ ofport: 0 }) }, unattachedReason()],
  ['link down, BFD not yet', { rowState: seen({ link_state: 'down' }) }, 'down: link down'],
  ['no link state', { rowState: seen({ link_state: null }) }, 'lost: link state is not known'],
  ['no status, and the grace is not over', { rowState: seen(empty) }, 'lost: no bfd status yet'],
  [
    'the grace is over',
    { rowState: seen(empty, { emptyUntilMs: nowMs }) },
    'down: bfd is not enabled',
  ],
  [
    'detection time expired',
    {
      rowState: seen(status({ state: 'down', diagnostic: 'Control Detection Time Expired' })),
    },
    'down: bfd state down (control detection time expired)',
  ],
  ['no diagnostic', { rowState: seen(status({ state: 'init' })) }, 'down: bfd state init'],
  [
    'no state',
    { rowState: seen({ bfd_status: new Map([['forwarding', 'true']]) }) },
    'down: bfd state missing',
  ],
  [
    'concatenated path down at the peer',
    {
      rowState: seen(status({ forwarding: 'false', remote_diagnostic: 'Concatenated Path Down' })),
    },
    'down: not forwarding (remote: concatenated path down)',
  ],
  ['not forwarding', { rowState: seen(status({ forwarding: 'false' })) }, 'down: not forwarding'],
  [
    'an old diagnostic means nothing',
    { rowState: seen(status({ diagnostic: 'Control Detection Time Expired' })) },
    'up',
  ],
  [
    'vswitchd restarted, the row is of before',
    { vswitchd: back, rowState: seen({}, { statusChangedMs: nowMs - 901 }) },
    'lost: vswitchd is back but has not confirmed this yet',
  ],
  [
    'vswitchd restarted and wrote the row',
    { vswitchd: back, rowState: seen({}, { statusChangedMs: nowMs - 899 }) },
    'up',
  ],
  ['vswitchd restarted long ago', { vswitchd: backLong }, 'up'],
  [
    'vswitchd restarted, and the old row says down',
    { vswitchd: back, rowState: seen(status({ state: 'down' })) },
    'down: bfd state down',
  ],
];

function unattachedReason(): string {
  return 'down: interface is not attached to a bridge';
}

describe('the verdict of', () => {
  for (const [title, evidence, wanted] of table) {
    test(title, () => assert.equal(said(evidence), wanted));
  }
});

test('a verdict that ends by itself says when', () => {
  const until = (evidence: Partial<Evidence>): number =>
    sessionVerdict(
      { name: 'eth0', database: current, rowState: seen({}), vswitchd: alive, ...evidence },
      nowMs,
    ).untilMs;
  assert.equal(until({}), Infinity);
  assert.equal(until({ rowState: seen(empty) }), nowMs + 1);
  assert.equal(until({ vswitchd: back }), nowMs + 1);
});

test('up needs everything; every reason is one short printable line', () => {
  const text = fc.string({ unit: 'binary' });
  const mostly = (usual: string) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: text });
  const any = fc.record({
    state: mostly('up'),
    forwarding: mostly('true'),
    diagnostic: text,
    remote: text,
    link: fc.option(mostly('up'), { freq: 9 }),
    error: fc.option(fc.oneof(fc.constantFrom('', ' ', '\u0007'), text), { freq: 1 }),
    ofport: fc.oneof(fc.constant(1), fc.constant(1), fc.integer({ min: -1, max: 3 })),
    alive: fc.oneof(fc.constant(true), fc.boolean()),
  });
  fc.assert(
    fc.property(any, (each) => {
      const { state, forwarding, diagnostic, remote } = each;
      const bfd = status({ state, forwarding, diagnostic, remote_diagnostic: remote });
      const row = { ...bfd, link_state: each.link, error: each.error, ofport: each.ofport };
      const verdict = said({ rowState: seen(row), vswitchd: each.alive ? alive : gone });
      const isUp =
        each.alive &&
        state === 'up' &&
        forwarding === 'true' &&
        each.link === 'up' &&
        (each.error ?? '') === '' &&
        each.ofport > 0;
      assert.equal(verdict === 'up', isUp, verdict);
      assert.doesNotMatch(verdict, /(?! )[\p{C}\p{Z}]/u);
      assert.ok(verdict.length < 250);
    }),
    { numRuns: 500 },
  );
});
