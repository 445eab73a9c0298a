import type { Config } from '../../model/config.ts';
import type { BfdConfig } from './ovs-watch.ts';

/** What the BFD source needs of a configuration. */
export function sessionsOf({ ovsdb, signals }: Config): BfdConfig {
  return {
    source: ovsdb,
    interfaces: signals.flatMap((signal) =>
      signal.type === 'bfd' ? [{ signal: signal.name, interface: signal.interface }] : [],
    ),
  };
}
