import { accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The interpreter of the ExaBGP that is installed: its program names it in the first line. */
export function exabgpPython(): string {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const file = join(folder, 'exabgp');
    try {
      accessSync(file);
    } catch {
      continue;
    }
    return /^#!\s*(\S+)/u.exec(readFileSync(file, 'utf8'))?.[1] ?? 'python3';
  }
  return 'python3';
}
