import { DEFAULTS } from '../defaults.ts';
import type { Loose } from '../loose.ts';
import { durationText } from '../parse.ts';
import type { Path, Report } from '../problems.ts';
import {
  type CheckDefaultsFile,
  type CheckFile,
  checkHasKey,
  type CheckOverrideFile,
  keyOfOtherCheck,
} from '../schema.ts';
import { timingOf } from '../timing.ts';

/** One of the places a check's keys come from, the general one first. */
interface Layer {
  readonly path: Path;
  readonly keys: Loose<CheckDefaultsFile> | Loose<CheckFile> | Loose<CheckOverrideFile> | undefined;
}

/** What a check says only once all its layers are laid over each other. */
export function checkLayers(layers: readonly Layer[], report: Report): void {
  const merged: Loose<CheckOverrideFile> = Object.assign({}, ...layers.map((layer) => layer.keys));
  checkNeeds(merged, layers.at(-1)?.path ?? [], report);
  const timing = timingOf(merged);
  if (timing === null) return;
  const interval = durationText(timing.intervalMs);
  if (timing.timeoutMs > timing.intervalMs) {
    const timeout = durationText(timing.timeoutMs);
    report(
      placeOf(layers, ['timeout', 'interval']),
      `the timeout ${timeout} is above the interval ${interval}: a probe must end before the next one`,
    );
  }
  if (timing.fastIntervalMs > timing.intervalMs) {
    const fast = durationText(timing.fastIntervalMs);
    report(
      placeOf(layers, ['fast_interval', 'interval']),
      `the fast_interval ${fast} is above the interval ${interval}: make it shorter`,
    );
  }
}

/** Keys that a type cannot do without; a server's own check may be the one that brings them. */
function checkNeeds(merged: Loose<CheckOverrideFile>, path: Path, report: Report): void {
  if (merged.type === 'plugin' && !('module' in merged)) {
    report(path, 'missing key "module": expected a path such as ./plugin.ts');
  }
  if (merged.type === 'exec' && !('command' in merged)) {
    report(path, 'missing key "command": expected a list, the program first');
  }
  if (merged.type === 'dns' && !('name' in merged)) {
    report(path, 'missing key "name": expected a domain name to ask for');
  }
}

/** Where to point: the most special layer that has one of the keys. */
function placeOf(layers: readonly Layer[], keys: readonly string[]): Path {
  for (const layer of layers.toReversed()) {
    const key = keys.find((name) => layer.keys !== undefined && name in layer.keys);
    if (key !== undefined) return [...layer.path, key];
  }
  return layers.at(-1)?.path ?? [];
}

/** A server's own check: keys that its type does not know. */
export function checkOverrideKeys(
  base: Loose<CheckFile> | undefined,
  override: Loose<CheckOverrideFile>,
  path: Path,
  report: Report,
): void {
  const type = 'type' in override ? override.type : base?.type;
  if (type === undefined) return;
  for (const key of Object.keys(override)) {
    if (checkHasKey(type, key)) continue;
    const why = keyOfOtherCheck(key) ?? 'take it out';
    report([...path, key], `a ${type} check has no key "${key}": ${why}`, 'key');
  }
}

interface DampingFile {
  readonly suppress?: number | undefined;
  readonly reuse?: number | undefined;
}

/** Held down above `suppress` and released below `reuse`: the other way round it never ends. */
export function checkDamping(damping: DampingFile | undefined, path: Path, report: Report): void {
  if (damping === undefined) return;
  const suppress = 'suppress' in damping ? damping.suppress : DEFAULTS.damping.suppress;
  const reuse = 'reuse' in damping ? damping.reuse : DEFAULTS.damping.reuse;
  if (suppress === undefined || reuse === undefined || reuse < suppress) return;
  const key = 'reuse' in damping ? 'reuse' : 'suppress';
  report([...path, key], `reuse ${reuse} must be below suppress ${suppress}`);
}
