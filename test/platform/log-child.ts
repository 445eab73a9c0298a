/**
 * `levels`: as `full`, with debug lines, and then a fifth as many that matter.
 * `full`: writes more than anybody reads, then waits to be read; ends when its stdin does.
 * `end`, `now`: writes some lines and ends at once, in order or as after a bug.
 */
import { once } from 'node:events';
import { stderrLog } from '../../src/platform/log.ts';

const [how, count] = process.argv.slice(2);
const log = stderrLog(how === 'levels' ? 'debug' : 'info');
const filler = 'x'.repeat(1000);
const level = how === 'levels' ? 'debug' : 'info';
for (let line = 0; line < Number(count); line += 1) log.write(level, 'filled', filler, { line });
if (how === 'levels') {
  for (let line = 0; line < Number(count) / 5; line += 1) log.write('info', 'matters', filler);
}
if (how === 'full' || how === 'levels') {
  process.stdout.write('written\n');
  await once(process.stdin.resume(), 'end');
}
if (how === 'now') log.flushNow();
else {
  await log.end();
  log.write('info', 'late', 'after the end');
}
process.exit(0);
