import type { ChangeResult } from '../../protocol/ipvs/table.ts';
import type { ServerChanges } from './batch.ts';
import type { Confirmations, FailedChange } from './confirmations.ts';
import type { IpvsReporter } from './reporter.ts';
import type { TableAccess } from './table-access.ts';
import type { TableIndex } from './table-index.ts';

export interface Written {
  /** The last of the changes that failed; `null`: none did. */
  readonly failure: FailedChange | null;
  /** To be confirmed by the next reading: ipvsadm reports success for changes that IPVS refused. */
  readonly unconfirmed: readonly ServerChanges[];
}

/**
 * Hands one batch of changes to the table, then reports it as sent, then reports the results.
 * Notes in `table` what succeeded. Rejects where the table cannot be reached.
 */
export async function writeTable(
  access: TableAccess,
  batch: readonly ServerChanges[],
  table: TableIndex,
  reporter: IpvsReporter,
  confirmations: Confirmations,
): Promise<Written> {
  const applied = access.apply(batch.flatMap(({ changes }) => changes.map(({ change }) => change)));
  for (const server of batch) reporter.changes(server, 'sent');
  let results: readonly ChangeResult[];
  try {
    results = await applied;
  } catch (error) {
    for (const server of batch) reporter.changes(server, 'unanswered');
    throw error;
  }
  let index = 0;
  let failure: FailedChange | null = null;
  const unconfirmed: ServerChanges[] = [];
  for (const server of batch) {
    let failed: FailedChange | null = null;
    for (const { change } of server.changes) {
      const result = results[index];
      if (result === undefined) throw new Error('bug: a change of the IPVS table without a result');
      index += 1;
      if (result.ok) table.changed(change);
      else failed ??= result;
    }
    if (failed !== null) {
      failure = failed;
      confirmations.refuse(server, failed);
    } else if (access.via === 'netlink') confirmations.confirm(server);
    else unconfirmed.push(server);
  }
  return { failure, unconfirmed };
}
