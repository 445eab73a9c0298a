import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonEventLogger, reactionMs } from '../../src/cli/log-json.ts';
import { lineEventLogger } from '../../src/cli/log-lines.ts';
import type { ActionReport } from '../../src/model/report.ts';
import type { Cause, Turn } from '../../src/model/turn.ts';

const cause: Cause = {
  kind: 'observation',
  observation: { signal: 'web/10.0.0.1:80', state: 'down', reason: 'refused', atMs: 100 },
};
const route = { key: '192.0.2.10/32', prefix: '192.0.2.10/32', pathId: null, neighbor: null };
const turn: Turn = {
  atMs: 101,
  changes: [
    { name: 'web', from: 'up', to: 'down', reason: 'bad \u001b[31m\nanswer', atMs: 101, cause },
  ],
  decisions: [
    {
      route,
      from: 'announced',
      to: 'withdrawn',
      attributes: null,
      because: 'web is down',
      atMs: 101,
      cause,
    },
  ],
  notices: [{ level: 'error', event: 'withdraws_held', message: '5 withdraws are held' }],
  weightDecisions: [
    {
      server: 'web/10.0.0.1:80',
      service: 'web',
      from: 100,
      to: 0,
      because: 'down: refused',
      atMs: 101,
      cause,
    },
    {
      server: 'web/10.0.0.2:80',
      service: 'web',
      from: 100,
      to: 'removed',
      because: 'down: refused',
      atMs: 101,
      cause,
    },
  ],
  intents: {
    routes: new Map(),
    changed: [],
    weights: new Map(),
    changedWeights: [],
    watched: new Set(),
    shares: { percentOf: () => null },
  },
};
const action: ActionReport = {
  kind: 'action',
  sink: 'exabgp',
  action: 'withdraw',
  keys: [route.key],
  result: 'sent',
  command: 'withdraw route 192.0.2.10/32 next-hop self',
  cause,
  atMs: 101.5,
};

describe('telling a terminal', () => {
  test('gives one line for each change, with reason and reaction time', () => {
    const lines: string[] = [];
    let now = 0;
    const teller = lineEventLogger(
      (line) => lines.push(line),
      () => now,
    );
    now = 2500;
    teller.turn(turn);
    teller.report(action);
    teller.notice({ level: 'info', event: 'plugin_log', message: 'looked', fields: { left: 4 } });
    assert.deepEqual(lines, [
      '   2.50 s  warn   web is down: bad  [31m answer\n',
      '   2.50 s  warn   route 192.0.2.10/32 is withdrawn: web is down\n',
      '   2.50 s  info   web/10.0.0.1:80 has weight 0, was 100: down: refused\n',
      '   2.50 s  info   web/10.0.0.2:80 is taken out of the table, was 100: down: refused\n',
      '   2.50 s  error  5 withdraws are held\n',
      '   2.50 s  warn   exabgp: sent 1.50 ms after the observation: withdraw route 192.0.2.10/32 next-hop self\n',
      '   2.50 s  info   looked {"left":4}\n',
    ]);
  });
});

describe('telling the log', () => {
  test('names the event, the level and the cause at the root', () => {
    const written: [string, string, unknown][] = [];
    const teller = jsonEventLogger({
      write: (level, event, _message, fields) => written.push([level, event, fields?.['cause']]),
    });
    teller.turn(turn);
    teller.report(action);
    teller.report({ ...action, result: 'rejected' });
    const root = {
      kind: 'observation',
      signal: 'web/10.0.0.1:80',
      state: 'down',
      reason: 'refused',
    };
    assert.deepEqual(written, [
      ['warn', 'health_changed', root],
      ['warn', 'route_decided', root],
      ['info', 'weight_decided', root],
      ['info', 'weight_decided', root],
      ['error', 'withdraws_held', undefined],
      ['warn', 'action_sent', root],
      ['error', 'action_rejected', root],
    ]);
  });

  test('says in each message why', () => {
    const messages: string[] = [];
    const teller = jsonEventLogger({ write: (_level, _event, message) => messages.push(message) });
    teller.turn({ ...turn, weightDecisions: [], notices: [] });
    teller.report(action);
    const lost = { kind: 'state', sink: 'exabgp', state: 'lost', peerVersion: null } as const;
    teller.report({ ...lost, reason: 'ExaBGP closed our stdin' });
    assert.deepEqual(messages, [
      'web is down: bad \u001b[31m\nanswer',
      '192.0.2.10/32 is withdrawn: web is down',
      `${action.command} (web/10.0.0.1:80 was observed down: refused)`,
      'exabgp is lost: ExaBGP closed our stdin',
    ]);
  });

  test('keeps the fields of a notice together, apart from its own', () => {
    const written: unknown[] = [];
    const teller = jsonEventLogger({ write: (...line) => written.push(line) });
    const fields = { level: 'none', left: 4 };
    teller.notice({ level: 'info', event: 'plugin_log', message: 'looked', fields });
    assert.deepEqual(written, [['info', 'plugin_log', 'looked', { fields }, undefined]]);
  });

  test('names the server of a weight, and not a route', () => {
    const written: (Readonly<Record<string, unknown>> | undefined)[] = [];
    const teller = jsonEventLogger({
      write: (_level, _event, _message, more) => written.push(more),
    });
    const keys = ['web/10.0.0.1:80'];
    teller.report({ ...action, sink: 'ipvs', action: 'weight', keys, weight: 0 });
    const [fields] = written;
    assert.ok(fields);
    assert.equal(fields['server'], keys[0]);
    assert.equal(fields['weight'], 0);
    assert.equal('route' in fields, false);
  });

  test('says of a drain who began it, and why', () => {
    const causes: unknown[] = [];
    const teller = jsonEventLogger({
      write: (_level, _event, _message, fields) => causes.push(fields?.['cause']),
    });
    const who = { name: 'web', owner: 'ann', reason: 'kernel update' };
    const drain = { ...who, untilMs: null, sinceMs: 1 };
    teller.report({ ...action, cause: { kind: 'drain', change: 'begun', drain, atMs: 1 } });
    assert.deepEqual(causes, [{ kind: 'drain', change: 'begun', ...who }]);
  });

  test('a reaction has a time only where an observation is the cause', () => {
    assert.equal(reactionMs({ cause, atMs: 101.5 }), 1.5);
    assert.equal(reactionMs({ cause, atMs: 101.5, isRepeat: true }), null);
    assert.equal(reactionMs({ cause: { kind: 'stop', atMs: 1 }, atMs: 5 }), null);
  });
});
