import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert as check, boolean, nat, property, record } from 'fast-check';
import { serverLimits } from '../../src/admin/server.ts';
import {
  ADMIN_CLIENTS_MAX,
  AGENT_CLIENTS_MAX,
  CHILDREN_MAX,
  descriptorBudget,
  descriptorNeed,
  limitFor,
  neededDescriptors,
} from '../../src/model/descriptors.ts';
import { RUNNING_MAX } from '../../src/platform/child-run.ts';
import { CLIENTS_MAX } from '../../src/sinks/agent/listener.ts';
import { configOf, realServer, tcpCheck, udpCheck } from '../sources/probes/fixtures.ts';

/** With nothing but itself a process may come to this. */
const OWN = neededDescriptors({ fixed: 0, udp: 0, inFlight: 0, sentinels: 0 });

describe('file descriptors', () => {
  test('are counted for each check, each entrance and each listener', () => {
    const config = configOf({
      web: [
        realServer('web', { port: 1, check: tcpCheck({ mode: 'hold' }) }),
        realServer('web', { port: 2 }),
      ],
      log: [realServer('log', { check: udpCheck() })],
    });
    assert.deepEqual(descriptorNeed(config), { fixed: 0, udp: 1, inFlight: 2, sentinels: 1 });
    const admin = { socket: '/a', group: null, listen: null, tokenFile: null };
    assert.equal(descriptorNeed({ ...config, admin }).fixed, 1 + ADMIN_CLIENTS_MAX);
    const agent = { host: '127.0.0.1', port: 1 };
    assert.equal(descriptorNeed({ ...config, agent }).fixed, 1 + AGENT_CLIENTS_MAX);
  });

  test('are counted for as many clients and children as there may be', () => {
    assert.equal(ADMIN_CLIENTS_MAX, serverLimits.connections + serverLimits.streams);
    assert.equal(AGENT_CLIENTS_MAX, CLIENTS_MAX);
    assert.equal(CHILDREN_MAX, RUNNING_MAX);
  });

  const needs = record({ fixed: nat(400), udp: nat(400), inFlight: nat(400), sentinels: nat(400) });

  test('a limit that is enough bounds nothing, and what was given away is never more', () => {
    check(
      property(needs, nat(3000), boolean(), (need, limit, isLarge) => {
        const held = isLarge ? 60 : 10;
        const needed = neededDescriptors(need, held);
        const all = descriptorBudget(need, needed, held);
        assert.ok(all.keepsUdp && all.inFlight >= need.inFlight);
        assert.equal(all.sentinels, need.sentinels);

        const { inFlight, sentinels, keepsUdp } = descriptorBudget(need, limit, held);
        const left =
          limit - neededDescriptors({ ...need, udp: 0, inFlight: 0, sentinels: 0 }, held);
        const wanted = keepsUdp ? need.inFlight : need.inFlight + need.udp;
        const given = Math.min(wanted, inFlight) + sentinels + (keepsUdp ? need.udp : 0);
        assert.ok(given <= Math.max(left, 8), `${given} of ${left}`);
        const probed = inFlight + (keepsUdp ? need.udp : 0);
        assert.ok(inFlight >= wanted || probed >= Math.floor(left / 2), `${probed} of ${left}`);
      }),
    );
  });

  test('the limit to set is enough, and round', () => {
    assert.deepEqual([OWN, 1024, 1025, 40_000].map(limitFor), [1024, 1024, 2048, 65_536]);
  });
});
