import type { Config } from '../../model/config.ts';
import type { LinkConfig } from './link-table.ts';

/** What the link source needs of a configuration. */
export function linksOf({ ifplugdDir, signals }: Config): LinkConfig {
  return {
    dir: ifplugdDir,
    interfaces: signals.flatMap((signal) =>
      signal.type === 'link' ? [{ signal: signal.name, interface: signal.interface }] : [],
    ),
  };
}
