import type { Drain } from '../model/drain.ts';
import type { Core } from './core.ts';
import type { Due } from './deadlines.ts';
import type { Target } from './graph.ts';
import { isFoundDrained } from './kernel.ts';

/** A drain that is in force. */
export interface Maintenance extends Due {
  readonly kind: 'maintenance';
  readonly drain: Drain;
}

/** What takes new connections from a server, be it through its service. */
export function drainOfServer(core: Core, server: Target): Drain | null {
  if (core.drains.size === 0) return null;
  return core.drains.get(server.key)?.drain ?? null;
}

/** Whether somebody took it out: an operator here, or somebody else before us. */
export function isDrained(core: Core, server: Target): boolean {
  return (
    drainOfServer(core, server) !== null ||
    (server.kernel !== null && isFoundDrained(server.kernel))
  );
}
