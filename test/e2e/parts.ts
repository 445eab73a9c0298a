import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Each program of the lab, and the Debian package that brings it. */
const packages = {
  exabgp: 'exabgp',
  bird: 'bird2',
  ip: 'iproute2',
  ifplugd: 'ifplugd',
} as const;
const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];

/** The absolute path of a program; a missing one is a failure that says what to install. */
export function program(name: keyof typeof packages): string {
  for (const folder of folders) {
    const path = join(folder, name);
    if (executable(path)) return path;
  }
  throw new Error(`${name} is not installed; as root: apt-get install ${packages[name]}`);
}

/** Network namespaces are root's. */
export function needRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Error('the end-to-end tests make network namespaces: run them as root');
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
