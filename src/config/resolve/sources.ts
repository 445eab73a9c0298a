import type { OvsdbSource } from '../../model/config.ts';
import { DEFAULTS } from '../defaults.ts';
import type { OvsdbFile } from '../schema.ts';

/** A database on this node has its vswitchd here too; for a remote one only its statistics show that it is alive. */
export function resolveOvsdb(file: OvsdbFile | undefined): OvsdbSource {
  const remote = file?.remote ?? DEFAULTS.ovsdb.remote;
  const pidfile = remote.startsWith('unix:') ? DEFAULTS.ovsdb.vswitchdPidfile : null;
  return {
    remote,
    vswitchdPidfile: file?.vswitchd_pidfile ?? pidfile,
    tls:
      file?.ca_cert === undefined
        ? null
        : {
            caCert: file.ca_cert,
            certificate: file.certificate ?? null,
            privateKey: file.private_key ?? null,
          },
  };
}
