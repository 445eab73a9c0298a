import type { Loose } from '../loose.ts';
import type { Path, Report } from '../problems.ts';
import type { ConfigFile } from '../schema.ts';

/** TLS is asked for by the remote, and its files belong to it. */
export function checkOvsdb(file: Loose<ConfigFile>, report: Report): void {
  const ovsdb = file.sources?.ovsdb;
  if (ovsdb?.remote === undefined) return;
  const path: Path = ['sources', 'ovsdb'];
  const isTls = ovsdb.remote.startsWith('ssl:');
  if (isTls && !('ca_cert' in ovsdb)) {
    report([...path, 'remote'], 'an ssl: remote needs ca_cert: name the file of the CA to trust');
  }
  if ('certificate' in ovsdb !== 'private_key' in ovsdb) {
    report(path, 'certificate and private_key go together: give both, or neither');
  }
  for (const key of ['ca_cert', 'certificate', 'private_key'] as const) {
    if (isTls || !(key in ovsdb)) continue;
    report([...path, key], `${key} is for ssl: remotes only: take it out`, 'key');
  }
}
