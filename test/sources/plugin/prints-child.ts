import { pluginRun, Rig } from './rig.ts';

/** Runs plugins that print, while it writes to stdout itself, as the sink for ExaBGP does. */
const rig = new Rig({
  worker: pluginRun('prints.mjs'),
  here: pluginRun('prints-here.mjs', { isolate: 'none' }),
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
  const inLog = [logged('here', 1), logged('here', 2), logged('worker', 1), logged('worker', 3)];
  return inLog.every(Boolean) && ['here', 'worker'].every((name) => rig.of(name).length > 3);
});
process.stderr.write(`${written}\n`);
rig.close();
