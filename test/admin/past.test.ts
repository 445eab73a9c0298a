import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstValueFrom, Subject } from 'rxjs';
import type { PastEvent, ReadPast } from '../../src/model/past.ts';
import { openRig, type Rig } from './rig.ts';

const cause = { kind: 'config', atMs: 0 } as const;
const fall: PastEvent = {
  kind: 'health',
  change: { name: 'web', from: 'up', to: 'down', reason: 'refused', atMs: 1000, cause },
};
const withdraw: PastEvent = {
  kind: 'action',
  report: {
    kind: 'action',
    sink: 'exabgp',
    action: 'withdraw',
    keys: ['192.0.2.10/32'],
    result: 'sent',
    command: 'withdraw route 192.0.2.10/32',
    cause: {
      kind: 'observation',
      observation: { signal: 'web', state: 'down', reason: 'refused', atMs: 999.5 },
    },
    atMs: 1001,
  },
};

const damaged: ReadPast = async (_, take) => {
  take(fall, { atMs: 1000, wallMs: Date.now() });
  return 'journal.jsonl:7: not a line of JSON';
};

const unwanted: ReadPast = async () => assert.fail('it was read');

interface Told {
  readonly type: string;
  readonly seq: number;
  readonly at: string;
  readonly reaction_ms?: number;
  readonly message?: string;
}

async function history(
  rig: Rig,
): Promise<{ transitions: readonly Told[]; actions: readonly Told[] }> {
  return JSON.parse((await rig.ask('/api/v1/history')).text);
}

test('the history begins with what was recorded before, and waits until it was read', async (context) => {
  const wallMs = Date.now() - 60_000;
  const go$ = new Subject<void>();
  const past: ReadPast = async (span, take) => {
    assert.equal(span.toWallMs - span.fromWallMs, 3_600_000);
    await firstValueFrom(go$);
    const clock = { atMs: 1000, wallMs };
    take(fall, clock);
    take(withdraw, clock);
    return null;
  };
  const rig = await openRig(context, { parts: { past } });
  rig.admin.notice({ level: 'info', event: 'config_reloaded', message: 'a new configuration' });
  const asked = history(rig);
  setImmediate(() => go$.next());
  const { transitions, actions } = await asked;
  const [first] = transitions;
  assert.deepEqual([first?.type, first?.at], ['health', new Date(wallMs).toISOString()]);
  assert.ok(transitions.some(({ message }) => message === 'a new configuration'));
  assert.deepEqual(
    actions.map(({ at, reaction_ms: ms }) => [at, ms]),
    [[new Date(wallMs + 1).toISOString(), 1.5]],
  );
  const numbers = transitions.map(({ seq }) => seq);
  assert.ok((numbers[0] ?? 0) < 0);
  assert.deepEqual(
    numbers,
    numbers.toSorted((one, other) => one - other),
  );
});

test('what cannot be read is one line of the log, and the rest is there', async (context) => {
  const rig = await openRig(context, { parts: { past: damaged } });
  assert.equal((await history(rig)).transitions[0]?.type, 'health');
  const lines = rig.notices.filter(({ event }) => event === 'journal_skipped');
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [
      [
        'warn',
        "the page's last hour lacks a part of the journal: journal.jsonl:7: not a line of JSON",
      ],
    ],
  );
});

test('nothing is read where nobody can ask for it', async (context) => {
  const rig = await openRig(context, { admin: { socket: null }, parts: { past: unwanted } });
  assert.deepEqual(rig.notices, []);
});
