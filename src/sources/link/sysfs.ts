import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { operStates, type LinkFacts, type OperState } from '../../protocol/rtnetlink.ts';
import { errorCode } from './error-code.ts';

/** One interface as sysfs shows it. */
export type SysfsLink =
  | { readonly kind: 'seen'; readonly facts: LinkFacts }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly reason: string };

const IFF_UP = 0x1;

/** Reads one interface below `sysfsDir` (`/sys/class/net`). Never throws; some 30 µs. */
export function readLink(sysfsDir: string, name: string): SysfsLink {
  const read = (file: string): string => readFileSync(join(sysfsDir, name, file), 'latin1').trim();
  try {
    const index = Number(read('ifindex'));
    // These are the administrator's flags only: no IFF_LOWER_UP, no IFF_RUNNING.
    const isAdminUp = (Number(read('flags')) & IFF_UP) !== 0;
    const operState = parseOperState(read('operstate'));
    // Reading the carrier of an interface that is switched off fails with EINVAL.
    const hasCarrier = isAdminUp && readCarrier(read);
    return { kind: 'seen', facts: { index, isAdminUp, hasCarrier, operState } };
  } catch (error) {
    return failed(sysfsDir, name, errorCode(error));
  }
}

/** It may have been switched off since the flags were read. */
function readCarrier(read: (file: string) => string): boolean {
  try {
    return read('carrier') === '1';
  } catch (error) {
    if (errorCode(error) === 'EINVAL') return false;
    throw error;
  }
}

function parseOperState(text: string): OperState {
  return operStates.find((known) => known === text) ?? 'unknown';
}

/** ENODEV: it went while its files were open. */
function failed(sysfsDir: string, name: string, code: string): SysfsLink {
  const isMissing = code === 'ENOENT' || code === 'ENODEV';
  if (isMissing && isFolder(sysfsDir)) return { kind: 'gone' };
  return { kind: 'unreadable', reason: `the state of ${name} is not readable (${code})` };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
