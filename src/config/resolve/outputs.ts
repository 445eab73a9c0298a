import type { AdminConfig, Config, IpvsOutput, ListenAddress } from '../../model/config.ts';
import { DEFAULTS } from '../defaults.ts';
import { known, parseListen } from '../parse.ts';
import type { ConfigFile } from '../schema.ts';

type Outputs = Pick<Config, 'ipvs' | 'agent' | 'trackFilesDir' | 'admin'>;

/** All outputs but ExaBGP's and IPVS's. An output that is left out is off. */
export function resolveOutputs({ outputs, admin }: ConfigFile): Outputs {
  return {
    ipvs: ipvsOf(outputs?.ipvs),
    agent: listenOf(outputs?.agent?.listen),
    trackFilesDir: outputs?.track_files?.dir ?? null,
    admin: adminOf(admin),
  };
}

function ipvsOf(file: NonNullable<ConfigFile['outputs']>['ipvs']): IpvsOutput {
  if (file === undefined || file.via === 'off') return { via: 'off' };
  return { via: file.via ?? DEFAULTS.ipvs.via, dryRun: file.dry_run ?? DEFAULTS.ipvs.dryRun };
}

function adminOf(file: ConfigFile['admin']): AdminConfig {
  return {
    socket: file?.socket ?? null,
    group: file?.group ?? null,
    listen: listenOf(file?.listen),
    tokenFile: file?.token_file ?? null,
  };
}

function listenOf(file: string | undefined): ListenAddress | null {
  if (file === undefined) return null;
  const { address, port } = known(parseListen(file));
  if (port === null) throw new Error('bug: an address to listen on without a port was resolved');
  return { host: address.text, port };
}
