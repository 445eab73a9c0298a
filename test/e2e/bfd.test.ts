import { EMPTY_GRACE_MS } from '../../src/sources/bfd/row-state.ts';
import {
  bfdConfig,
  bothUp,
  continuesVswitchd,
  detectedMs,
  ovs,
  recoveredMs,
  rxMs,
  sets,
  startPair,
  stopsVswitchd,
} from './bfd-steps.ts';
import { cable, pulls } from './cable.ts';
import { check } from './check.ts';
import {
  announced,
  counts,
  logs,
  only,
  starts,
  tookAtLeast,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const routes = `routes: [{ prefix: ${route}, when: tor, med: 100 }]`;
const pair = await startPair();
const { a, b } = pair;
const config = `${bfdConfig(pair)}${routes}`;
const wire = cable();

check('a BFD session whose path breaks', {}, [
  {
    name: 'the peer stands still, and goes on',
    config,
    steps: [
      announced(route, { med: 100 }, recoveredMs),
      stopsVswitchd(b),
      withdrawn(route, {}, detectedMs),
      logs(/bfd state down \(control detection time expired\)/),
      continuesVswitchd(b),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'the far link goes down, and up again',
    config,
    steps: [
      announced(route, {}, recoveredMs),
      ovs('sets the far link down', () => b.ip('link', 'set', b.device, 'down')),
      withdrawn(route, {}, detectedMs),
      ovs('sets the far link up', () => b.ip('link', 'set', b.device, 'up')),
      announced(route, {}, recoveredMs),
    ],
  },
  ...[a, b].map((node) => ({
    name: `packets that ${node === a ? 'we send' : 'the peer sends'} are dropped`,
    config,
    steps: [
      announced(route, {}, recoveredMs),
      ovs('drops packets', () => node.dropEgress()),
      withdrawn(route, {}, detectedMs),
      ovs('lets packets pass', () => node.letEgress()),
      announced(route, {}, recoveredMs),
    ],
  })),
  {
    name: 'the peer says that the path behind it is down',
    config,
    steps: [
      announced(route, {}, recoveredMs),
      sets(b, 'bfd:cpath_down=true'),
      withdrawn(route, {}, detectedMs),
      logs(/not forwarding \(remote: .*path down\)/),
      sets(b, 'bfd:cpath_down=false'),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'BFD is disabled: the route is kept for a grace, then withdrawn; enabled again',
    config,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      counts,
      starts,
      sets(a, 'bfd:enable=false'),
      withdrawn(route),
      tookAtLeast(EMPTY_GRACE_MS),
      logs(/bfd is not enabled/),
      updatesSince(1),
      sets(a, 'bfd:enable=true'),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'the port is deleted, and made again',
    config,
    steps: [
      announced(route, {}, recoveredMs),
      ovs('deletes the port', () => a.vsctl('--no-wait', 'del-port', a.bridge, a.device)),
      withdrawn(route, {}, detectedMs),
      logs(/interface gone/),
      ovs('adds the port', () => a.addPort(rxMs)),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'the device is deleted, and made again',
    config,
    steps: [
      announced(route, {}, recoveredMs),
      ovs('deletes the device', () => pair.removeCable()),
      withdrawn(route, {}, detectedMs),
      ovs('makes the device', () => pair.newCable(rxMs)),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'updelay: a session that is up again is announced when it held',
    // Not 3 s, after which a session that is only half up falls again.
    config: `${bfdConfig(pair, 'updelay: 5s')}${routes}`,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      counts,
      stopsVswitchd(b),
      withdrawn(route, {}, detectedMs),
      starts,
      continuesVswitchd(b),
      announced(route, {}, recoveredMs),
      tookAtLeast(5000),
      updatesSince(2),
    ],
  },
  {
    name: 'one of two uplinks is enough: withdrawn when the second one goes too',
    prepare: (lab) => wire.lay(lab),
    config: `${bfdConfig(pair)}
  cable: { type: link, interface: ${wire.name}, updelay: 0s }
routes:
  - { prefix: ${route}, when: { any: [tor, cable] }, med: 100 }
  - { prefix: 198.51.100.2/32, when: tor, med: 100 }
`,
    steps: [
      announced(route),
      announced('198.51.100.2/32', {}, recoveredMs),
      stopsVswitchd(b),
      withdrawn('198.51.100.2/32', {}, detectedMs),
      only(route),
      pulls(wire),
      withdrawn(route, {}, detectedMs),
      continuesVswitchd(b),
      announced(route, {}, recoveredMs),
    ],
  },
]);
