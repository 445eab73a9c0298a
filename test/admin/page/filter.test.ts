import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Board } from '../../../src/admin/page/board.js';
import { countWords, findServers, flapMs, flappingOf } from '../../../src/admin/page/filter.js';
import type { DrainInfo, Health, ServerInfo, Status } from '../../../src/admin/page/types.d.ts';
import { entry } from './entry.ts';

const drain: DrainInfo = { name: 'web', reason: 'new kernel', owner: 'ana', until: null };

function server(address: string, state: Health, drained: DrainInfo | null = null): ServerInfo {
  return {
    address,
    state,
    reason: '',
    since: '',
    weight: 100,
    base_weight: 100,
    pooled: true,
    active_connections: 0,
    latency_ms: null,
    drain: drained,
  };
}

function service(name: string, ...servers: readonly ServerInfo[]): Status['services'][number] {
  const common = { state: 'up', virtual: null, capacity_pct: 100, quorum: 1, drain: null } as const;
  return { ...common, name, real_servers: servers };
}

const board = new Board();
board.load({
  node: 'lb-a',
  version: '1.2.3',
  uptime_s: 5,
  config_hash: '',
  signals: [],
  services: [
    service('web', server('10.0.1.11:443', 'up'), server('10.0.1.12:443', 'down', drain)),
    service('Mail', server('[2001:db8::1]:25', 'unknown'), server('10.0.1.11:25', 'down')),
  ],
  routes: [],
  sinks: [],
});

const flapping = new Set(['Mail/10.0.1.11:25']);

type Wanted = Parameters<typeof findServers>[1]['wanted'];

function find(search: string, wanted: Wanted = 'all'): readonly string[] {
  return findServers(board.services.values(), { search, wanted }, flapping).map(({ name }) => name);
}

describe('a search for real servers', () => {
  test('finds by name, by address and by both, whatever the case', () => {
    assert.deepEqual(find(' mail '), ['Mail/[2001:db8::1]:25', 'Mail/10.0.1.11:25']);
    assert.deepEqual(find('10.0.1.11'), ['web/10.0.1.11:443', 'Mail/10.0.1.11:25']);
    assert.deepEqual(find('10.0.1.11 MAIL'), ['Mail/10.0.1.11:25']);
    assert.deepEqual(find('web/10.0.1.12:443'), ['web/10.0.1.12:443']);
    assert.deepEqual(find('2001:DB8::1'), ['Mail/[2001:db8::1]:25']);
    assert.deepEqual(find('.*'), []);
    assert.equal(find('').length, 4);
  });

  test('finds by state, and by both', () => {
    assert.deepEqual(find('', 'down'), ['web/10.0.1.12:443', 'Mail/10.0.1.11:25']);
    assert.deepEqual(find('', 'unknown'), ['Mail/[2001:db8::1]:25']);
    assert.deepEqual(find('', 'draining'), ['web/10.0.1.12:443']);
    assert.deepEqual(find('', 'flapping'), ['Mail/10.0.1.11:25']);
    assert.deepEqual(find('web', 'down'), ['web/10.0.1.12:443']);
  });

  test('is counted as people write numbers', () => {
    assert.equal(countWords(12, 2000), '12 of 2,000');
  });
});

test('what went down three times in ten minutes flaps, until it is quiet for as long', () => {
  const nowMs = 100 * flapMs;
  const fall = (name: string, agoMs: number) => entry({ name, atMs: nowMs - agoMs });
  const entries = [
    fall('a', 1),
    entry({ name: 'b', atMs: nowMs - 1, from: 'down', to: 'up' }),
    fall('a', 2),
    fall('b', 3),
    fall('b', 4),
    fall('a', flapMs),
    fall('b', flapMs + 1),
  ];
  const first = flappingOf(entries, nowMs);
  assert.deepEqual([...first], ['a']);
  assert.equal(flappingOf(entries, nowMs, first), first, 'the same names are the same set');
  assert.equal(flappingOf(entries, nowMs + 1, first).size, 0);
});
