import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordsOf, textOf, type JsonRecord } from '../../src/cli/loose-json.ts';
import { selectStatus, type Selection } from '../../src/cli/status-select.ts';
import { statusLines } from '../../src/cli/status-table.ts';

const wallMs = Date.parse('2026-11-22T03:00:00Z');
const all: Selection = { names: [], isOnlyDown: false, sort: null };

function server(address: string, state: string, flaps: number, minute: number): JsonRecord {
  const since = `2026-11-22T02:${minute}:00Z`;
  return { address, state, flaps, since, flapping: flaps > 2, reason: 'r'.repeat(150) };
}

const status: JsonRecord = {
  node: 'lb-a',
  signals: [
    { name: 'tor-b', state: 'up', flaps: 0, since: '2026-11-22T02:10:00Z' },
    { name: 'tor-a', state: 'down', flaps: 4, since: '2026-11-22T02:20:00Z' },
  ],
  services: [
    {
      name: 'web',
      state: 'up',
      real_servers: [server('10.0.1.11:443', 'up', 0, 10), server('10.0.1.12:443', 'down', 3, 20)],
    },
    { name: 'dns', state: 'up', real_servers: [server('10.0.1.21:53', 'up', 1, 30)] },
  ],
  routes: [
    { key: '192.0.2.10/32', state: 'announced' },
    { key: '192.0.2.20/32', state: 'held' },
  ],
  sinks: [{ name: 'exabgp', state: 'connected' }],
};

/** What is shown, in its order. */
function shown(how: Partial<Selection>): string {
  const selected = selectStatus(status, { ...all, ...how });
  if (!selected.ok) return `${selected.name}: ${selected.message}`;
  const { status: left } = selected;
  return [
    ...recordsOf(left, 'signals').map((each) => textOf(each, 'name')),
    ...recordsOf(left, 'services').map((each) => {
      const servers = recordsOf(each, 'real_servers').map((one) => textOf(one, 'address'));
      return `${textOf(each, 'name')}(${servers.join(' ')})`;
    }),
    ...recordsOf(left, 'routes').map((each) => textOf(each, 'key')),
    ...recordsOf(left, 'sinks').map((each) => textOf(each, 'name')),
  ].join(' ');
}

describe('status shows what was asked for', () => {
  for (const [how, what] of [
    [{ names: ['tor-a'] }, 'tor-a'],
    [{ names: ['web', '192.0.2.10'] }, 'web(10.0.1.11:443 10.0.1.12:443) 192.0.2.10/32'],
    [{ names: ['10.0.1.12:443'] }, 'web(10.0.1.12:443)'],
    [{ names: ['web'], isOnlyDown: true }, 'web(10.0.1.12:443)'],
    [
      { names: ['tor-c'] },
      'tor-c: no signal, service, real server or route has this name: did you mean tor-b?',
    ],
    [{ isOnlyDown: true }, 'tor-a web(10.0.1.12:443) 192.0.2.20/32'],
    [
      { sort: 'name' },
      'tor-a tor-b dns(10.0.1.21:53) web(10.0.1.11:443 10.0.1.12:443) 192.0.2.10/32 192.0.2.20/32 exabgp',
    ],
    [
      { sort: 'falls' },
      'tor-a tor-b web(10.0.1.12:443 10.0.1.11:443) dns(10.0.1.21:53) 192.0.2.10/32 192.0.2.20/32 exabgp',
    ],
    [
      { sort: 'state' },
      'tor-a tor-b web(10.0.1.12:443 10.0.1.11:443) dns(10.0.1.21:53) 192.0.2.20/32 192.0.2.10/32 exabgp',
    ],
    [{ names: ['web'], sort: 'since' }, 'web(10.0.1.12:443 10.0.1.11:443)'],
  ] as const) {
    test(JSON.stringify(how), () => assert.equal(shown(how), what));
  }

  test('a pipe gets all of it, with falls of servers and what is flapping', () => {
    const lines = statusLines(status, (text) => text, wallMs, Infinity);
    const line = lines.find((each) => each.includes('10.0.1.12')) ?? assert.fail();
    assert.match(line, /3 falls, flapping +r{150}$/u);
    assert.match(lines.find((each) => each.includes('tor-a')) ?? '', /4 falls/u);
  });
});
