import type { Loose } from '../loose.ts';
import { isLoopback, known, parseDuration, parseListen } from '../parse.ts';
import type { Path, Report } from '../problems.ts';
import type { ConfigFile } from '../schema.ts';
import { checkDamping } from './checks.ts';
import { checkSharedNames, Names } from './names.ts';
import { checkRoutes } from './routes.ts';
import { checkServices } from './services.ts';
import { checkOvsdb } from './sources.ts';
import { checkValidWhenCycles } from './valid-when.ts';

/** Everything that no single value can tell: what refers to what, what excludes what. */
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
    if (!('interval' in signal) || !('timeout' in signal)) continue;
    const { interval, timeout } = signal;
    if (interval === undefined || timeout === undefined) continue;
    if (known(parseDuration(timeout)) <= known(parseDuration(interval))) continue;
    report(
      [...path, 'timeout'],
      `the timeout ${timeout} is above the interval ${interval}: one result must end before the next`,
    );
  }
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
