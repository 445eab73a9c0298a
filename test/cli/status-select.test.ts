import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { selectStatus, type Selection } from '../../src/cli/status-select.ts';
import { statusLines } from '../../src/cli/status-table.ts';
import { apiRoute, apiServer, apiService, apiSignal, apiSink, apiStatus } from '../api-samples.ts';

const wallMs = Date.parse('2026-11-22T03:00:00Z');
const all: Selection = { names: [], isOnlyDown: false, sort: null };

function server(address: string, state: 'up' | 'down', flaps: number, minute: number) {
  const began = `2026-11-22T02:${minute}:00Z`;
  const reason = 'r'.repeat(150);
  return apiServer({
    address,
    state,
    flaps,
    since: began,
    flapping: flaps > 2,
    reason,
    pooled: false,
  });
}

const status = apiStatus({
  signals: [
    apiSignal({ name: 'tor-b', since: '2026-11-22T02:10:00Z' }),
    apiSignal({ name: 'tor-a', state: 'down', flaps: 4, since: '2026-11-22T02:20:00Z' }),
  ],
  services: [
    apiService({
      name: 'web',
      real_servers: [server('10.0.1.11:443', 'up', 0, 10), server('10.0.1.12:443', 'down', 3, 20)],
    }),
    apiService({ name: 'dns', real_servers: [server('10.0.1.21:53', 'up', 1, 30)] }),
  ],
  routes: [
    apiRoute({ prefix: '192.0.2.10/32' }),
    apiRoute({ prefix: '192.0.2.20/32', state: 'held' }),
  ],
  sinks: [apiSink()],
});

/** What is shown, in its order. */
function shown(how: Partial<Selection>): string {
  const selected = selectStatus(status, { ...all, ...how });
  if (!selected.ok) return `${selected.name}: ${selected.message}`;
  const { signals, services, routes, sinks } = selected.status;
  return [
    ...signals.map(({ name }) => name),
    ...services.map(({ name, real_servers: servers }) => {
      return `${name}(${servers.map(({ address }) => address).join(' ')})`;
    }),
    ...routes.map(({ key }) => key),
    ...sinks.map(({ name }) => name),
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
