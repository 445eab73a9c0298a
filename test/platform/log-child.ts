/** Writes more than anybody reads, then waits to be read; ends when its stdin does. */
import { stderrLog } from '../../src/platform/log.ts';

const log = stderrLog('info');
const filler = 'x'.repeat(1000);
for (let line = 0; line < 20_000; line += 1) log.write('info', 'filled', filler, { line });
process.stdout.write('written\n');
process.stdin.resume().on('end', () => {
  log.flush();
  process.exit(0);
});
