import { deepEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  cable,
  cuts,
  hookFolder,
  lays,
  plugs,
  pulls,
  startsIfplugd,
  writesState,
  type Cable,
} from './cable.ts';
import { check, type Step } from './check.ts';
import { routevaneCommand } from './routevane.ts';
import {
  announced,
  configures,
  counts,
  logs,
  only,
  signals,
  started,
  starts,
  step,
  tookAtLeast,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.1/32';
const other = '198.51.100.2/32';
/** A link is seen in milliseconds; the rest is for a loaded machine. */
const soonMs = 30_000;

/** `up` is reported as soon as it is seen; `more` are further keys of the signal. */
function config(wire: Cable, more = ''): string {
  return `
startup_timeout: 1s
sources: { ifplugd: { dir: state/link } }
signals: { uplink: { type: link, interface: ${wire.name}, updelay: 0s${more} } }
routes: [{ prefix: ${route}, when: uplink, med: 100 }]
`;
}

/** `routevane hook link IFACE up|down`, as it would be called by hand. */
function hooks(wire: Cable, state: 'up' | 'down'): Step {
  return step(`routevane hook link ${wire.name} ${state}`, async (world) => {
    const words = ['hook', 'link', wire.name, state, '--dir', hookFolder(world)];
    const [command = '', ...args] = routevaneCommand(...words);
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
}

function hookSays(wire: Cable, state: 'up' | 'down'): Step {
  return step(`the hook wrote ${state}`, async (world) => {
    const path = join(hookFolder(world), wire.name);
    const said = (): boolean => existsSync(path) && readFileSync(path, 'latin1') === `${state}\n`;
    await world.lab.until(said, 30_000, `${path} says ${state}`);
  });
}

const makesFolder = step('makes the folder of the state files', async (world) => {
  mkdirSync(hookFolder(world));
});

const movesFolderAway = step('moves the folder of the state files away', async (world) => {
  renameSync(hookFolder(world), `${hookFolder(world)}-old`);
});

const pulled = cable();
const byHand = cable();
const removed = cable();
const absent = cable();
const rubbish = cable();
const late = cable();
const reread = cable();
const reloaded = cable();

check('links', {}, [
  {
    name: 'a cable under the eyes of a real ifplugd is pulled and plugged',
    prepare: (lab) => pulled.lay(lab),
    config: config(pulled),
    steps: [
      startsIfplugd(pulled),
      hookSays(pulled, 'up'),
      announced(route, { med: 100 }),
      pulls(pulled),
      withdrawn(route, {}, soonMs),
      logs(/uplink is down/),
      hookSays(pulled, 'down'),
      plugs(pulled),
      // Both have to say so: the carrier, and ifplugd after it.
      announced(route, {}, soonMs),
      hookSays(pulled, 'up'),
    ],
  },
  {
    name: 'the hook says down while there is a carrier, and up again',
    prepare: (lab) => byHand.lay(lab),
    config: config(byHand),
    steps: [
      makesFolder,
      announced(route),
      hooks(byHand, 'down'),
      withdrawn(route, {}, soonMs),
      logs(/the state file of ifplugd reports down/),
      hooks(byHand, 'up'),
      announced(route, {}, soonMs),
      step('nothing but the file lies there', async (world) => {
        deepEqual(readdirSync(hookFolder(world)), [byHand.name]);
      }),
    ],
  },
  {
    name: 'an interface that is removed is withdrawn at once, not after lost_hold',
    prepare: (lab) => removed.lay(lab),
    config: config(removed, ', lost_hold: 1h').replace(/^sources.*$/m, ''),
    steps: [
      announced(route),
      cuts(removed),
      withdrawn(route, {}, soonMs),
      lays(removed),
      announced(route, {}, soonMs),
    ],
  },
  {
    name: 'an interface that comes after routevane',
    config: config(absent).replace(/^sources.*$/m, ''),
    steps: [
      logs(/uplink.*does not exist|startup-timeout/),
      only(),
      lays(absent),
      announced(route, {}, soonMs),
      pulls(absent),
      withdrawn(route, {}, soonMs),
    ],
  },
  {
    name: 'rubbish in the state file: the route is held for lost_hold, then withdrawn',
    prepare: (lab) => rubbish.lay(lab),
    config: config(rubbish, ', lost_hold: 2s'),
    steps: [
      makesFolder,
      announced(route),
      counts,
      starts,
      writesState(rubbish, '\x1b[2Jdown?'),
      // As if the observer had come back in time.
      writesState(rubbish, 'up\n'),
      writesState(rubbish, 'rm -rf'),
      withdrawn(route),
      tookAtLeast(2000),
      // Of the rubbish before, nothing came out.
      updatesSince(1),
      logs(/observer lost: the state file/),
      writesState(rubbish, 'up\n'),
      announced(route, {}, soonMs),
    ],
  },
  {
    name: 'the folder of the hook is missing, is made, is moved away, and is made again',
    prepare: (lab) => late.lay(lab),
    config: config(late, ', lost_hold: 1s'),
    steps: [
      logs(/folder \S+ is missing/),
      only(),
      makesFolder,
      announced(route),
      movesFolderAway,
      withdrawn(route),
      makesFolder,
      announced(route),
      // Of the new folder, what changes is seen.
      hooks(late, 'down'),
      withdrawn(route, {}, soonMs),
    ],
  },
  {
    name: 'a cable pulled while routevane is dead is withdrawn by the next one',
    prepare: (lab) => reread.lay(lab),
    config: `state_dir: state/${config(reread).replace(/^sources.*$/m, '')}`,
    steps: [
      announced(route),
      pulls(reread),
      signals('SIGKILL'),
      started(2),
      withdrawn(route),
      plugs(reread),
      announced(route, {}, soonMs),
    ],
  },
  {
    name: 'a link that a reload adds is watched; the one that stays is not touched',
    prepare: (lab) => {
      reloaded.lay(lab);
      pulled.plug(lab);
    },
    config: config(pulled),
    steps: [
      makesFolder,
      announced(route),
      counts,
      configures(`
sources: { ifplugd: { dir: state/link } }
signals:
  uplink: { type: link, interface: ${pulled.name}, updelay: 0s }
  second: { type: link, interface: ${reloaded.name}, updelay: 0s }
routes:
  - { prefix: ${route}, when: uplink, med: 100 }
  - { prefix: ${other}, when: { all: [uplink, second] }, med: 100 }
`),
      signals('SIGHUP'),
      announced(other),
      pulls(reloaded),
      withdrawn(other, {}, soonMs),
      announced(route),
      updatesSince(2),
    ],
  },
]);
