import type { OvsdbSource } from '../../model/config.ts';
import type { OvsdbFile } from '../schema.ts';

/** Where Debian's Open vSwitch has them. */
const DEFAULT_REMOTE = 'unix:/var/run/openvswitch/db.sock';
const DEFAULT_PIDFILE = '/var/run/openvswitch/ovs-vswitchd.pid';

/** A database on this node has its vswitchd here too; for a remote one only its statistics show that it is alive. */
export function resolveOvsdb(file: OvsdbFile | undefined): OvsdbSource {
  const remote = file?.remote ?? DEFAULT_REMOTE;
  const pidfile = remote.startsWith('unix:') ? DEFAULT_PIDFILE : null;
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
