import { readFileSync } from 'node:fs';

/**
 * ExaBGP ends, with all its routes, after more than 5 starts of a helper in 64 s.
 * A helper that lives this long cannot bring that about, however often it fails.
 */
const LIFE_MIN_MS = 15_000;

/**
 * Waits before a helper of ExaBGP gives up, so that a bad file does not take
 * the routes of everybody along; at once where somebody else started us, where
 * ExaBGP goes, or at SIGTERM.
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
    // Read, or ExaBGP would block on what it tells us.
    process.stdin.on('end', end).on('error', end).resume();
    process.once('SIGTERM', end);
  });
}

function isUnderExabgp(): boolean {
  try {
    return readFileSync(`/proc/${process.ppid}/cmdline`, 'latin1').includes('exabgp');
  } catch {
    // No procfs: then nobody can be told from ExaBGP.
    return false;
  }
}
