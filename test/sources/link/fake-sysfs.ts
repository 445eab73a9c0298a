import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that looks like /sys/class/net. */
export function fakeInterface(
  sysfsDir: string,
  name: string,
  files: Partial<Record<'ifindex' | 'flags' | 'operstate' | 'carrier', string>> = {},
): void {
  const up = { ifindex: '3', flags: '0x1003', operstate: 'up', carrier: '1' };
  mkdirSync(join(sysfsDir, name), { recursive: true });
  for (const [file, content] of Object.entries({ ...up, ...files })) {
    writeFileSync(join(sysfsDir, name, file), `${content}\n`);
  }
}

export function removeInterface(sysfsDir: string, name: string): void {
  rmSync(join(sysfsDir, name), { recursive: true });
}
