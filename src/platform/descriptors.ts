import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';

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

/** The error of opening one more, for those whose own error does not say that; `null`: there is room. */
export function descriptorError(): NodeJS.ErrnoException | null {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return null;
  } catch (error) {
    return error instanceof Error ? error : null;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
