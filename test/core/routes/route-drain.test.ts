import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Config } from '../../../src/model/config.ts';
import type { Control } from '../../../src/model/control.ts';
import type { Route } from '../../../src/model/route.ts';
import { confirmed, connected, Drive, inKernel, withIpvs } from '../drive.ts';
import { named, route, server, service, signal, up } from '../fixtures.ts';

const stop = { kind: 'stop' } as const;
const both = { kind: 'all', of: [named('web'), named('probed'), named('x')] } as const;

function rules(more: Partial<Route>): Config {
  return withIpvs({
    signals: [signal('x')],
    services: [inKernel([1, 1]), service('probed', [server('probed/a')])],
    routes: [route('r', both, { drainMs: 5000, drainConnections: 10, ...more })],
  });
}

function running(more: Partial<Route> = {}): Drive {
  const drive = new Drive(rules(more));
  drive.at(1, connected, ...['x', 'web/a', 'web/b', 'probed/a'].map((name) => up(name, 0)));
  drive.at(2, confirmed({ 'web/a': 1, 'web/b': 1 }));
  return drive;
}

function connections(a: number, b: number): Control {
  return {
    kind: 'connections',
    active: new Map([
      ['web/a', a],
      ['web/b', b],
    ]),
  };
}

describe('the drain of a route that stops', () => {
  test('ends when the connections of its services are few', () => {
    const drive = running();
    assert.deepEqual(drive.at(1000, stop), ['r draining']);
    assert.deepEqual([...(drive.last?.intents.watched ?? [])], ['web']);
    assert.equal(
      drive.last?.decisions[0]?.because,
      'stopping: draining for 5s or down to 10 connections',
    );
    assert.deepEqual(drive.at(2000, connections(9, 2)), []);
    assert.deepEqual(drive.at(3000, connections(8, 2)), ['r withdrawn']);
    assert.equal(drive.last?.decisions[0]?.because, 'stopping: drained in 2s, 10 connections left');
    assert.equal(drive.last?.intents.watched.size, 0);
  });

  test('ends at its deadline where they never are, or nobody counts', () => {
    const busy = running();
    busy.at(1000.4, stop);
    assert.deepEqual(busy.at(5999, connections(99, 0)), []);
    assert.deepEqual(busy.at(6001.7), ['r withdrawn']);
    assert.equal(busy.last?.decisions[0]?.because, 'stopping: drained for 5s');
    const uncounted = running();
    uncounted.at(1000, stop);
    assert.deepEqual(uncounted.at(6000), ['r withdrawn']);
  });

  test('does not believe what was counted before it began', () => {
    const virtual = { kind: 'fwmark', mark: 7 } as const;
    const all = { kind: 'all', of: [named('web'), named('api')] } as const;
    const drive = new Drive(
      withIpvs({
        exabgp: { via: 'off' },
        services: [inKernel([1, 1]), service('api', [server('api/a', 1)], { virtual })],
        routes: [route('r', all, { drainConnections: 10 })],
      }),
    );
    drive.at(1, connected, ...['web/a', 'web/b', 'api/a'].map((name) => up(name, 0)));
    drive.at(2, confirmed({ 'web/a': 1, 'web/b': 1, 'api/a': 1 }));
    drive.at(500, connections(0, 0));
    drive.at(1000, stop);
    const api = { kind: 'connections', active: new Map([['api/a', 10]]) } as const;
    assert.deepEqual(drive.at(1001, api), []);
    assert.deepEqual(drive.at(1002, connections(0, 0)), ['r withdrawn']);
  });

  test('does not count where drain_connections is left out', () => {
    const drive = running({ drainConnections: null });
    drive.at(1000, stop);
    assert.deepEqual(drive.at(2000, connections(0, 0)), []);
    assert.deepEqual(drive.at(6000), ['r withdrawn']);
  });
});
