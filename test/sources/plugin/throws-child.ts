import { logCrashes } from '../../../src/cli/lifecycle.ts';
import { pluginRun, Rig } from './rig.ts';

/** Runs plugins in its own thread that throw where nobody catches it, and prints why they are lost. Then it throws itself. */
logCrashes(
  { write: (_level, _event, message) => process.stdout.write(`${message}\n`), flushNow: () => {} },
  () => {},
);
const late = (how: string) => pluginRun('throws.mjs', { isolate: 'none', options: { how } });
const rig = new Rig({ timer: late('timer'), rejection: late('rejection') });
process.stdout.write(`${await rig.lost('timer')}\n${await rig.lost('rejection')}\n`);
rig.close();
setImmediate(() => {
  throw new Error('ours');
});
