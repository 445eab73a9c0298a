import { readFileSync } from 'node:fs';

/**
 * ExaBGP ends, with all its routes, after more than 5 starts of a helper in 64 s.
 * A helper that stays alive this long stays below that limit, however often it fails.
 */
const LIFE_MIN_MS = 15_000;

/**
 * Under ExaBGP, waits before the process exits with an error, so that a bad configuration does not
 * end ExaBGP with the routes of all its helpers. Resolves at once where ExaBGP is not our parent,
 * when ExaBGP closes stdin, and at SIGTERM.
 */
export async function waitUnderExabgp(): Promise<void> {
  if (!isUnderExabgp()) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, LIFE_MIN_MS);
    function end(): void {
      clearTimeout(timer);
      process.stdin.destroy();
      resolve();
    }
    // Keep reading, or ExaBGP would block on its writes to us.
    process.stdin.on('end', end).on('error', end).resume();
    process.once('SIGTERM', end);
  });
}

function isUnderExabgp(): boolean {
  try {
    return readFileSync(`/proc/${process.ppid}/cmdline`, 'latin1').includes('exabgp');
  } catch {
    // Without procfs the parent cannot be identified.
    return false;
  }
}
