import assert from 'node:assert/strict';
import { pluginRun, Rig } from './rig.ts';

/** Runs plugins that print, while it writes to stdout itself, as the sink for ExaBGP does. */
const names = ['worker', 'here'];
const rig = new Rig({
  worker: pluginRun('prints.mjs'),
  here: pluginRun('prints.mjs', { isolate: 'none' }),
});
const logged = (name: string, route: number): boolean =>
  rig.notices.some(({ message }) =>
    message.startsWith(`plugin ${name}: printed: withdraw route 198.51.100.${route}/32 `),
  );
let written = 0;
// Called while a plugin yields: what is written here is ours all the same.
await rig.until(() => {
  process.stdout.write('announce route 198.51.100.10/32 next-hop self\n');
  written += 1;
  // What their children print (4 and 5) goes nowhere.
  const inLog = names.flatMap((name) => [1, 2, 3, 6, 7, 8, 9].map((route) => logged(name, route)));
  return inLog.every(Boolean) && names.every((name) => rig.of(name).length > 3);
});
const noStdout = 'a plugin has no stdout but console.log';
for (const name of names) {
  assert.equal(rig.of(name)[0]?.detail, `${noStdout}, ${noStdout}, a plugin has no stdin`);
}
process.stderr.write(`${written}\n`);
rig.close();
