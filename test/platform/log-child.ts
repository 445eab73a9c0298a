/**
 * `full`: writes more than anybody reads, then waits to be read; ends when its stdin does.
 * `end`, `now`: writes some lines and ends at once, in order or as after a bug.
 */
import { once } from 'node:events';
import { stderrLog } from '../../src/platform/log.ts';

const log = stderrLog('info');
const [how, count] = process.argv.slice(2);
const filler = 'x'.repeat(1000);
for (let line = 0; line < Number(count); line += 1) log.write('info', 'filled', filler, { line });
if (how === 'full') {
  process.stdout.write('written\n');
  await once(process.stdin.resume(), 'end');
}
if (how === 'now') log.flushNow();
else {
  await log.end();
  log.write('info', 'late', 'after the end');
}
process.exit(0);
