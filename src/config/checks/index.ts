import { DEFAULTS } from '../defaults.ts';
import type { Loose } from '../loose.ts';
import { durationText, isLoopback, known, parseListen } from '../parse.ts';
import type { Path, Report } from '../problems.ts';
import type { ConfigFile, SignalFile } from '../schema.ts';
import { timingOf, type Timing } from '../timing.ts';
import { checkDamping } from './checks.ts';
import { checkSharedNames, Names } from './names.ts';
import { checkRoutes } from './routes.ts';
import { checkServices } from './services.ts';
import { checkOvsdb } from './sources.ts';
import { checkValidWhenCycles } from './valid-when.ts';

/** Checks across values: references to names, and keys that exclude each other. */
export function checkTogether(file: Loose<ConfigFile>, node: string, report: Report): void {
  const names = new Names(file);
  checkNodes(file, report);
  checkSharedNames(file, report);
  checkOvsdb(file, report);
  checkSignals(file, report);
  checkDamping(file.check_defaults?.damping, ['check_defaults', 'damping'], report);
  checkServices(file, names, report);
  checkValidWhenCycles(file, report);
  checkRoutes(file, node, names, report);
  checkAdmin(file, report);
}

function checkNodes(file: Loose<ConfigFile>, report: Report): void {
  const seen = new Set<string>();
  for (const [index, node] of (file.nodes ?? []).entries()) {
    if (node === undefined) continue;
    if (seen.has(node)) report(['nodes', index], `the node "${node}" is here twice: remove one`);
    seen.add(node);
  }
}

function checkSignals(file: Loose<ConfigFile>, report: Report): void {
  for (const [name, signal] of Object.entries(file.signals ?? {})) {
    if (signal === undefined) continue;
    const path: Path = ['signals', name];
    checkDamping(signal.damping, [...path, 'damping'], report);
    checkTiming(signal, path, report);
  }
}

function checkTiming(signal: Loose<SignalFile>, path: Path, report: Report): void {
  const timing = timingOfSignal(signal);
  if (timing === null) return;
  const interval = durationText(timing.intervalMs);
  const place = (key: 'timeout' | 'fast_interval'): Path => [
    ...path,
    key in signal ? key : 'interval',
  ];
  if (timing.timeoutMs > timing.intervalMs) {
    const timeout = durationText(timing.timeoutMs);
    report(
      place('timeout'),
      `the timeout ${timeout} is above the interval ${interval}: one result must end before the next`,
    );
  }
  if (timing.fastIntervalMs > timing.intervalMs) {
    const fast = durationText(timing.fastIntervalMs);
    report(
      place('fast_interval'),
      `the fast_interval ${fast} is above the interval ${interval}: it is the shorter one`,
    );
  }
}

function timingOfSignal(signal: Loose<SignalFile>): Timing | null {
  if (signal.type === 'exec') return timingOf(signal, DEFAULTS.signalIntervalMs.exec);
  if (signal.type === 'execd') return timingOf(signal, DEFAULTS.signalIntervalMs.execd);
  // A plugin has a pace of its own: nothing stands for what is not given.
  const isTimed = signal.type === 'plugin' && 'interval' in signal && 'timeout' in signal;
  return isTimed ? timingOf(signal) : null;
}

/** Drains and the stream are no business of the whole network's. */
function checkAdmin(file: Loose<ConfigFile>, report: Report): void {
  const { admin } = file;
  if (admin?.listen === undefined || 'token_file' in admin) return;
  const { address } = known(parseListen(admin.listen));
  if (isLoopback(address)) return;
  report(
    ['admin', 'listen'],
    'not a loopback address: give token_file too, or listen on 127.0.0.1',
  );
}
