// Asks a server on loopback once, without a file descriptor to ask by, and prints the answer.
// usage: dns-child.ts PORT, with a low limit of open files
import { openSync } from 'node:fs';
import { dnsProber } from '../../../src/sources/probes/dns.ts';
import { probeTarget } from './fixtures.ts';
import { dnsCheck } from './one-probe.ts';

const target = probeTarget({ port: Number(process.argv[2]), check: dnsCheck() });
const probe = dnsProber(
  target,
  (answer) => process.stdout.write(JSON.stringify(answer)),
  () => {},
);
takeDescriptors();
probe.start();

function takeDescriptors(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // That was the last one.
  }
}
