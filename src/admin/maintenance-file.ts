import { join } from 'node:path';

const FILE_NAME = 'maintenance.json';

/** More than this is not ours: a drain takes about 200 bytes. */
export const FILE_MAX_BYTES = 4 << 20;

/** Drains that are kept at once; as many as a large configuration has real servers. */
export const DRAINS_MAX = 10_000;

/** Text of a drain: longer than this is no reason, and no name. */
const TEXT_MAX_CHARS = 300;

/** Control characters, and what turns the direction of text around. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** A drain as it survives a restart: in wall-clock time, and in the time since the machine booted. */
export interface KeptDrain {
  readonly name: string;
  readonly reason: string;
  readonly owner: string;
  readonly onBehalfOf?: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly untilMs: number | null;
  /** Holds while the machine does not boot again, whatever is done to its wall clock. */
  readonly boot: BootTimes | null;
}

/** Milliseconds since the boot of this id. */
interface BootTimes {
  readonly id: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

export function maintenancePath(stateDir: string): string {
  return join(stateDir, FILE_NAME);
}

/** Text that may be shown on a terminal and kept in a file. */
export function isSafeText(text: string, maxChars = TEXT_MAX_CHARS): boolean {
  return text.length <= maxChars && !UNSAFE.test(text);
}

/** The text of the file. */
export function maintenanceFileText(drains: readonly KeptDrain[]): string {
  const written = drains.map(({ sinceMs, untilMs, boot, onBehalfOf, ...rest }) => ({
    ...rest,
    ...(onBehalfOf !== undefined && { on_behalf_of: onBehalfOf }),
    since: new Date(sinceMs).toISOString(),
    until: untilMs === null ? null : new Date(untilMs).toISOString(),
    ...(boot === null
      ? {}
      : { boot: { id: boot.id, since_ms: boot.sinceMs, until_ms: boot.untilMs } }),
  }));
  return `${JSON.stringify({ drains: written }, null, 2)}\n`;
}

/** Throws where the text is not what was saved. */
export function parseMaintenance(text: string): readonly KeptDrain[] {
  const value: unknown = JSON.parse(text);
  const drains: unknown =
    typeof value === 'object' && value !== null && 'drains' in value ? value.drains : null;
  if (!Array.isArray(drains)) throw new Error('it lacks the list "drains"');
  if (drains.length > DRAINS_MAX) throw new Error(`it has more than ${DRAINS_MAX} drains`);
  return drains.map(parseDrain);
}

function parseDrain(value: unknown): KeptDrain {
  const drain: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const text = (key: string): string => {
    const found = drain[key];
    if (typeof found === 'string' && isSafeText(found)) return found;
    throw new Error(`a drain has no valid "${key}"`);
  };
  const timeMs = (key: string): number => {
    const found = Date.parse(text(key));
    if (Number.isNaN(found)) throw new Error(`a drain has no valid "${key}"`);
    return found;
  };
  return {
    name: text('name'),
    reason: text('reason'),
    owner: text('owner'),
    ...('on_behalf_of' in drain && { onBehalfOf: text('on_behalf_of') }),
    sinceMs: timeMs('since'),
    untilMs: drain['until'] === null ? null : timeMs('until'),
    boot: parseBoot(drain['boot']),
  };
}

/** Without it, or where it is not valid, the wall clock counts. */
function parseBoot(value: unknown): BootTimes | null {
  if (typeof value !== 'object' || value === null) return null;
  const {
    id,
    since_ms: sinceMs,
    until_ms: untilMs,
  }: Readonly<Record<string, unknown>> = {
    ...value,
  };
  if (typeof id !== 'string' || typeof sinceMs !== 'number') return null;
  if (untilMs !== null && typeof untilMs !== 'number') return null;
  return { id, sinceMs, untilMs };
}
