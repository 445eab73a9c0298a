// Probes https servers as its arguments say, a JSON each, and prints each answer and the notices.
// A process of its own: which authorities are trusted is decided when Node starts.
import type { HttpCheck } from '../../../src/model/check.ts';
import { httpProber } from '../../../src/sources/probes/http.ts';
import { probeTarget } from './fixtures.ts';
import { httpCheck } from './one-probe.ts';

for (const argument of process.argv.slice(2)) {
  const { port, ...some }: Partial<HttpCheck> = JSON.parse(argument);
  const check = httpCheck({ ...some, type: 'https' });
  await new Promise<void>((resolve) => {
    const probe = httpProber(
      probeTarget({ port: port ?? 443, check }),
      ({ state, reason }) => {
        console.log(reason === '' ? state : `${state}: ${reason}`);
        resolve();
      },
      ({ message }) => console.log(message.replace(/, at .*/, '')),
    );
    probe.start();
  });
}
