import { readdirSync, readFileSync } from 'node:fs';

/** File descriptors that this process may have; Infinity where that cannot be known. */
export function descriptorLimit(): number {
  const text = textOf('/proc/self/limits');
  const [, soft] = /^Max open files +(\d+)/m.exec(text) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}

/** File descriptors that this process has. */
export function descriptorsHeld(): number {
  try {
    // The list has the folder that is being read in it.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return 0;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
