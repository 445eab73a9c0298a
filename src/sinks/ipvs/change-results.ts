import { destinationKey } from '../../protocol/ipvs/ipvsadm-list.ts';
import { FORWARDING } from '../../protocol/ipvs/constants.ts';
import type {
  ChangeResult,
  Destination,
  TableChange,
  TableService,
} from '../../protocol/ipvs/table.ts';

const DONE: ChangeResult = { ok: true };
const NO_SERVICE: ChangeResult = {
  ok: false,
  code: 'missing',
  reason: 'the service is not in the table',
};
const NO_SERVER: ChangeResult = {
  ok: false,
  code: 'missing',
  reason: 'the real server is not in the table',
};

/**
 * The results of changes, as the table shows them afterwards; `message` is what ipvsadm printed of
 * one or more of them. A server that is gone counts as removed, by whichever program; of several
 * changes of one server the table shows only the last, and the others count as done.
 */
export function changeResults(
  changes: readonly TableChange[],
  after: readonly TableService[],
  message: string,
): ReadonlyMap<TableChange, ChangeResult> {
  const services = new Set(after.map(({ identity }) => JSON.stringify(identity)));
  const servers = new Map<string, Destination>();
  for (const { identity, destinations } of after) {
    for (const each of destinations) servers.set(destinationKey(identity, each), each);
  }
  const last = new Map(changes.map((change) => [keyOf(change), change]));
  const results = new Map<TableChange, ChangeResult>();
  for (const change of changes) {
    if (last.get(keyOf(change)) !== change) results.set(change, DONE);
    else if (!services.has(JSON.stringify(change.service))) results.set(change, NO_SERVICE);
    else results.set(change, resultOfChange(change, servers.get(keyOf(change)) ?? null, message));
  }
  return results;
}

function keyOf({ service, destination }: TableChange): string {
  return destinationKey(service, destination);
}

function resultOfChange(
  { kind, destination }: TableChange,
  found: Destination | null,
  message: string,
): ChangeResult {
  const failed: ChangeResult = {
    ok: false,
    code: 'failed',
    reason: `ipvsadm printed: ${message}`,
  };
  switch (kind) {
    case 'remove':
      return found === null ? DONE : failed;
    case 'set':
      if (found === null) return NO_SERVER;
      return isSame(found, destination) ? DONE : failed;
    case 'add':
      if (found === null) return failed;
      if (isSame(found, destination)) return DONE;
      return { ok: false, code: 'exists', reason: 'the real server is already in the table' };
    default:
      return kind satisfies never;
  }
}

function isSame(one: Destination, other: Destination): boolean {
  return (
    one.weight === other.weight &&
    shownForwarding(one) === shownForwarding(other) &&
    one.upperThreshold === other.upperThreshold &&
    one.lowerThreshold === other.lowerThreshold &&
    one.tunnel.type === other.tunnel.type &&
    one.tunnel.port === other.tunnel.port &&
    one.tunnel.flags === other.tunnel.flags
  );
}

/** ipvsadm shows both as `Route`. */
function shownForwarding({ forwarding }: Destination): number {
  return forwarding === FORWARDING.local ? FORWARDING.direct : forwarding;
}
