import { setTimeout as sleep } from 'node:timers/promises';
import { cable, plugs, type Cable } from './cable.ts';
import { check, type Step } from './check.ts';
import { announced, counts, logs, step, updatesAtMost, updatesSince, withdrawn } from './steps.ts';

const route = '198.51.100.1/32';
const flaps = 50;
/** 50 times in 10 s; a loaded machine takes longer. */
const halfMs = 100;

function config(wire: Cable, more: string): string {
  return `
signals: { uplink: { type: link, interface: ${wire.name}${more} } }
routes: [{ prefix: ${route}, when: uplink, med: 100 }]
`;
}

/** The last plug is left to the row. */
function flutters(wire: Cable): Step {
  return step(`pulls ${wire.name} ${flaps} times and plugs it in between`, async ({ lab }) => {
    for (let flap = 1; flap <= flaps; flap += 1) {
      wire.pull(lab);
      await sleep(halfMs);
      if (flap === flaps) break;
      wire.plug(lab);
      await sleep(halfMs);
    }
  });
}

const delayed = cable();
const naked = cable();
const damped = cable();

check('a link that flaps 50 times in 10 s', {}, [
  {
    name: 'updelay: one withdraw, and one announcement when it holds',
    prepare: (lab) => delayed.lay(lab),
    // Long enough for a machine that stands still between a plug and the next pull.
    config: config(delayed, ', updelay: 5s'),
    steps: [
      announced(route),
      counts,
      flutters(delayed),
      withdrawn(route),
      updatesSince(1),
      plugs(delayed),
      announced(route),
      updatesSince(2),
    ],
  },
  {
    name: 'neither updelay nor damping: never more changes than the link had, and right at the end',
    prepare: (lab) => naked.lay(lab),
    config: config(naked, ', updelay: 0s'),
    steps: [
      announced(route),
      counts,
      flutters(naked),
      withdrawn(route),
      updatesAtMost(2 * flaps - 1),
      plugs(naked),
      announced(route),
      updatesAtMost(2 * flaps),
    ],
  },
  {
    name: 'damping: suppressed at the third fall, announced again after the reuse time',
    prepare: (lab) => damped.lay(lab),
    config: config(damped, ', updelay: 0s, damping: { half_life: 2s, suppress: 2, reuse: 1 }'),
    steps: [
      announced(route),
      counts,
      flutters(damped),
      logs(/suppressed after 3 falls, reuse in about/),
      withdrawn(route),
      // Three falls and two recoveries; a slow machine needs one fall more.
      updatesAtMost(7),
      plugs(damped),
      logs(/uplink is up.*uplink is up.*uplink is up/s),
      announced(route),
      updatesAtMost(8),
    ],
  },
]);
