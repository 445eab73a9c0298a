import { doesNotMatch } from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import {
  bfdConfig,
  bothUp,
  continuesVswitchd,
  ovs,
  recoveredMs,
  rxMs,
  startPair,
  startsVswitchd,
  stopsVswitchd,
} from './bfd-steps.ts';
import { check } from './check.ts';
import {
  announced,
  counts,
  logs,
  only,
  signals,
  started,
  starts,
  step,
  tookAtLeast,
  updatesAtMost,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const other = '198.51.100.2/32';
const routes = `routes: [{ prefix: ${route}, when: tor, med: 100 }]`;
const pair = await startPair();
const { a, b } = pair;

const shortMs = 2000;
const short = `${bfdConfig(pair, `updelay: 0s, lost_hold: ${shortMs}ms`)}${routes}`;
const long = `${bfdConfig(pair, 'updelay: 0s, lost_hold: 1h')}${routes}`;

const killsVswitchd = ovs('kills vswitchd', () => a.signalVswitchd('SIGKILL'));
const killsOvsdb = ovs('kills ovsdb-server', () => a.signalOvsdb('SIGKILL'));
const startsOvsdb = ovs('starts ovsdb-server', () => a.startOvsdb());

check('daemons of Open vSwitch that go away', {}, [
  {
    name: 'vswitchd is killed: kept for lost_hold, then withdrawn, whatever the database says',
    config: short,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      counts,
      starts,
      killsVswitchd,
      withdrawn(route),
      tookAtLeast(shortMs),
      logs(/observer lost: vswitchd is gone/),
      updatesSince(1),
      startsVswitchd(a),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'vswitchd is killed and started within lost_hold: the session fell, so it is withdrawn',
    config: long,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      counts,
      killsVswitchd,
      logs(/vswitchd is gone/),
      only(route),
      startsVswitchd(a),
      withdrawn(route),
      announced(route, {}, recoveredMs),
      updatesSince(2),
    ],
  },
  {
    name: 'vswitchd ends in order: withdrawn after lost_hold, or held with on_lost: hold',
    config: `${bfdConfig(pair, 'updelay: 0s, lost_hold: 1s')}
  held: { type: bfd, interface: ${a.device}, updelay: 0s, lost_hold: 500ms, on_lost: hold }
routes:
  - { prefix: ${route}, when: tor, med: 100 }
  - { prefix: ${other}, when: held, med: 100 }
`,
    steps: [
      announced(route, {}, recoveredMs),
      announced(other),
      ovs('ends vswitchd', () => a.signalVswitchd('SIGTERM')),
      withdrawn(route),
      logs(/held is unknown/),
      only(other),
      startsVswitchd(a),
      announced(route, {}, recoveredMs),
      announced(other),
    ],
  },
  {
    name: 'vswitchd stands still: noticed, withdrawn after lost_hold; it goes on',
    config: short,
    steps: [
      announced(route, {}, recoveredMs),
      stopsVswitchd(a),
      logs(/vswitchd is not answering/),
      withdrawn(route),
      continuesVswitchd(a),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'ovsdb-server is away for longer than lost_hold',
    config: short,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      counts,
      starts,
      killsOvsdb,
      withdrawn(route),
      tookAtLeast(shortMs),
      logs(/OVSDB is not reachable/),
      updatesSince(1),
      startsOvsdb,
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'ovsdb-server is restarted within lost_hold: only a real fall of the session withdraws',
    config: `${bfdConfig(pair, 'updelay: 0s, lost_hold: 1h')}
  steady: { type: bfd, interface: ${a.device}, updelay: 0s, lost_hold: 1h, downdelay: 20s }
routes:
  - { prefix: ${route}, when: tor, med: 100 }
  - { prefix: ${other}, when: steady, med: 100 }
`,
    steps: [
      bothUp(pair),
      announced(route, {}, recoveredMs),
      announced(other),
      counts,
      killsOvsdb,
      logs(/OVSDB is not reachable/),
      startsOvsdb,
      logs(/bfd_ovsdb_back/),
      ovs('vswitchd has written its status again', () => pair.untilUp()),
      announced(route, {}, recoveredMs),
      // vswitchd may set BFD up anew when it is connected again: such a fall is a real one.
      updatesAtMost(2),
      announced(other),
      step('nothing else was taken for a fall', async ({ exabgp }) => {
        doesNotMatch(exabgp.helper.log(), /not enabled|"to":"unknown"|"steady","from":"up"/);
      }),
    ],
  },
  {
    name: 'the database file is replaced by an empty one: the interface is gone, and made again',
    config: short,
    steps: [
      announced(route, {}, recoveredMs),
      killsOvsdb,
      ovs('replaces the file', async () => {
        await rm(a.database);
        await a.createDatabase();
      }),
      startsOvsdb,
      withdrawn(route),
      logs(/interface gone/),
      ovs('configures it anew', async () => {
        await a.vsctl('--no-wait', 'init');
        await a.addBridge();
        await a.addPort(rxMs);
      }),
      announced(route, {}, recoveredMs),
    ],
  },
  {
    name: 'routevane starts without Open vSwitch: the rest is at work, and it comes later',
    prepare: () => a.stop(),
    config: `${bfdConfig(pair)}
  uplink: { type: link, interface: uplink, updelay: 0s }
routes:
  - { prefix: ${route}, when: tor, med: 100 }
  - { prefix: ${other}, when: uplink, med: 100 }
`,
    steps: [
      announced(other),
      logs(/bfd_ovsdb_lost/),
      logs(/198\.51\.100\.1\/32 is withdrawn/),
      only(other),
      startsOvsdb,
      startsVswitchd(a),
      announced(route, {}, recoveredMs),
      announced(other),
    ],
  },
  {
    name: 'a session that fell while routevane was dead is withdrawn by the next one',
    config: `state_dir: state/${bfdConfig(pair)}${routes}`,
    steps: [
      announced(route, {}, recoveredMs),
      stopsVswitchd(b),
      signals('SIGKILL'),
      started(2),
      withdrawn(route),
      continuesVswitchd(b),
      announced(route, {}, recoveredMs),
    ],
  },
]);
