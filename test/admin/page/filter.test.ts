import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusView } from '../../../src/admin/page/status-view.js';
import { countText, findServers, flapMs, flappingOf } from '../../../src/admin/page/filter.js';
import { apiDrain, apiServer, apiService, apiStatus } from '../../api-samples.ts';
import { entry } from './entry.ts';

const drain = apiDrain({ reason: 'new kernel', owner: 'ana' });

const view = new StatusView();
view.load(
  apiStatus({
    services: [
      apiService({
        name: 'web',
        real_servers: [
          apiServer({ address: '10.0.1.11:443' }),
          apiServer({ address: '10.0.1.12:443', state: 'down', drain }),
        ],
      }),
      apiService({
        name: 'Mail',
        real_servers: [
          apiServer({ address: '[2001:db8::1]:25', state: 'unknown' }),
          apiServer({ address: '10.0.1.11:25', state: 'down' }),
        ],
      }),
    ],
  }),
);

const flapping = new Set(['Mail/10.0.1.11:25']);

type StateFilter = Parameters<typeof findServers>[1]['stateFilter'];

function find(search: string, stateFilter: StateFilter = 'all'): readonly string[] {
  return findServers(view.services.values(), { search, stateFilter }, flapping).map(
    ({ name }) => name,
  );
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
    assert.equal(countText(12, 2000), '12 of 2,000');
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
