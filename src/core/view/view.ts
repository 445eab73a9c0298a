import type { View } from '../../model/view.ts';
import type { Core } from '../core.ts';
import { NODE } from '../drains/maintenance.ts';
import { drainViewOfNode } from './drains.ts';
import { explainName } from './explain-name.ts';
import { routeView, serviceView, signalView } from './states.ts';

/**
 * The core at `atMs`, for status and explain. Each method reads the core when it is called: use
 * the view at once, and do not keep it.
 */
export function viewOf(core: Core, atMs: number): View {
  const { graph } = core;
  const { config } = graph;
  return {
    atMs,
    signals: () => config.signals.map((signal) => signalView(core, signal, atMs)),
    services: () => [...graph.pools.values()].map((pool) => serviceView(core, pool, atMs)),
    routes() {
      const reasons = new Map<string, string>();
      return [...graph.routes.values()].map((entry) => routeView(core, entry, atMs, reasons));
    },
    nodeDrain: () => drainViewOfNode(core, atMs),
    names: () => [
      NODE,
      ...config.signals.map(({ name }) => name),
      ...config.services.flatMap(({ name, realServers }) => [
        name,
        ...realServers.map(({ key }) => key),
      ]),
      ...config.routes.map(({ key }) => key),
    ],
    explain: (name) => explainName(core, name, atMs),
  };
}
