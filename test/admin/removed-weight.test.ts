import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf, eventText } from '../../src/admin/events.ts';
import { WallClock } from '../../src/admin/wall-clock.ts';
import type { Turn, WeightDecision } from '../../src/model/turn.ts';
import { assertApi } from '../api-check.ts';
import { openRig } from './rig.ts';
import { sampleView } from './view.ts';

const decision: WeightDecision = {
  server: 'web/10.0.1.11:443',
  service: 'web',
  from: 100,
  to: 'removed',
  because: 'down: refused',
  atMs: 0,
  cause: { kind: 'config', atMs: 0 },
};

const turn: Turn = {
  atMs: 0,
  changes: [],
  decisions: [],
  weightDecisions: [decision],
  notices: [],
  intents: {
    routes: new Map(),
    changed: [],
    weights: new Map(),
    changedWeights: [],
    watched: new Set(),
    shares: { percentOf: () => null },
  },
};

test('a removed server has the weight 0 and says so, in the status as on the stream', async (t) => {
  const clock = new WallClock();
  const [event = assert.fail()] = eventsOf({ kind: 'turn', turn }, clock);
  const text = eventText(event, 1, clock);
  assertApi('StreamMessage', text);
  const sent = JSON.parse(text);
  assert.deepEqual([sent.from, sent.to, sent.removed], [100, 0, true]);

  const rig = await openRig(t, {
    view: (drains) => {
      const view = sampleView(drains);
      const services = view.services().map((service) => {
        const [first = assert.fail(), ...rest] = service.realServers;
        const removed = { ...first, weight: 'removed' as const, isPooled: false };
        return Object.assign({}, service, { realServers: [removed, ...rest] });
      });
      return { ...view, services: () => services };
    },
  });
  const { services } = JSON.parse((await rig.ask('/api/v1/status')).text);
  const [first, second] = services[0].real_servers;
  assert.deepEqual([first.weight, first.removed], [0, true]);
  assert.equal('removed' in second, false);
});
