import type { Config, ExabgpOutput, WithdrawBudget } from '../../model/config.ts';
import { DEFAULTS } from '../defaults.ts';
import { known, parsePercent } from '../parse.ts';
import type { ConfigFile, ExabgpFile } from '../schema.ts';
import { CheckResolver } from './check.ts';
import { resolveOutputs } from './outputs.ts';
import { resolveRoute } from './route.ts';
import { resolveService } from './service.ts';
import { msOr } from './settle.ts';
import { resolveOvsdb } from './sources.ts';
import { resolveSignal } from './signal.ts';

/** A file without problems → the model: defaults filled in, every text understood. */
export function resolveConfig(file: ConfigFile, node: string, folder: string): Config {
  const checks = new CheckResolver(file.check_defaults ?? {}, folder);
  const nodes = file.nodes ?? [node];
  const nodeIndex = nodes.indexOf(node);
  return {
    node,
    nodes,
    startupTimeoutMs: msOr(file.startup_timeout, DEFAULTS.startupTimeoutMs),
    stateDir: file.state_dir ?? null,
    logLevel: file.log?.level ?? DEFAULTS.logLevel,
    maxWithdraw: budgetOf(file.max_withdraw),
    ifplugdDir: file.sources?.ifplugd?.dir ?? null,
    ovsdb: resolveOvsdb(file.sources?.ovsdb),
    signals: Object.entries(file.signals ?? {}).map(([name, signal]) =>
      resolveSignal(name, signal, folder),
    ),
    services: Object.entries(file.services ?? {}).map(([name, service]) =>
      resolveService(name, service, checks),
    ),
    routes: (file.routes ?? []).map((route, routeIndex) =>
      resolveRoute(route, { nodes: nodes.length, nodeIndex, routeIndex }),
    ),
    exabgp: exabgpOf(file.outputs?.exabgp),
    ...resolveOutputs(file),
  };
}

function budgetOf(file: ConfigFile['max_withdraw']): WithdrawBudget | null {
  if (file === undefined) return null;
  return { share: known(parsePercent(file.share)) / 100, perMs: msOr(file.per, 0) };
}

function exabgpOf(file: ExabgpFile | undefined): ExabgpOutput {
  if (file === undefined || file.via === 'off') return { via: 'off' };
  const limits = {
    ackTimeoutMs: msOr(file.ack_timeout, DEFAULTS.exabgp.ackTimeoutMs),
    window: file.window ?? DEFAULTS.exabgp.window,
  };
  return file.via === 'stdio'
    ? { via: 'stdio', ...limits }
    : { via: 'pipe', inPath: file.in, outPath: file.out, ...limits };
}
