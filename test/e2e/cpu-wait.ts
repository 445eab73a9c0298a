import { readdirSync, readFileSync } from 'node:fs';

/** How long each thread has waited for a CPU while it was ready to run, by thread ID. */
export type CpuWaits = ReadonlyMap<string, number>;

const NS_PER_MS = 1e6;

/** Of all threads of this process and of its descendants, in milliseconds since they began. */
export function cpuWaitsMs(): CpuWaits {
  const waits = new Map<string, number>();
  for (const pid of familyOf(process.pid)) {
    for (const tid of list(`/proc/${pid}/task`)) {
      // Time on a CPU, time ready to run without one, number of turns.
      const [, waitedNs = '0'] = read(`/proc/${pid}/task/${tid}/schedstat`).split(' ');
      waits.set(tid, Number(waitedNs) / NS_PER_MS);
    }
  }
  return waits;
}

/** The sum of what came on top since `before`: no chain of these threads was delayed longer. */
export function cpuWaitSinceMs(before: CpuWaits): number {
  return [...cpuWaitsMs()].reduce((sum, [tid, ms]) => sum + ms - (before.get(tid) ?? 0), 0);
}

function familyOf(root: number): Set<number> {
  const parents = new Map<number, number>();
  for (const name of list('/proc')) {
    // The name of the program stands in brackets, and may hold brackets and blanks.
    const [, parent] = /\) \S (\d+) [^)]*$/u.exec(read(`/proc/${name}/stat`)) ?? [];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = new Set([root]);
  // A parent may have a higher number than its child.
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return family;
}

/** A process may end while we look. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/u.test(name));
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
