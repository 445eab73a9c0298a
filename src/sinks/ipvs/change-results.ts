import { countsKey as placeKey } from '../../protocol/ipvs/listed.ts';
import { FORWARDING } from '../../protocol/ipvs/numbers.ts';
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
 * What became of changes, by the table after them; `complaint` is what was said of one
 * or more of them. A server that is gone was removed, whoever did it; of several
 * changes to one server only the last can be judged, and the others pass as done.
 */
export function changeResults(
  changes: readonly TableChange[],
  after: readonly TableService[],
  complaint: string,
): ReadonlyMap<TableChange, ChangeResult> {
  const services = new Set(after.map(({ identity }) => JSON.stringify(identity)));
  const servers = new Map<string, Destination>();
  for (const { identity, destinations } of after) {
    for (const each of destinations) servers.set(placeKey(identity, each), each);
  }
  const last = new Map(changes.map((change) => [placeOf(change), change]));
  const judged = new Map<TableChange, ChangeResult>();
  for (const change of changes) {
    if (last.get(placeOf(change)) !== change) judged.set(change, DONE);
    else if (!services.has(JSON.stringify(change.service))) judged.set(change, NO_SERVICE);
    else judged.set(change, judgeOne(change, servers.get(placeOf(change)) ?? null, complaint));
  }
  return judged;
}

function placeOf({ service, destination }: TableChange): string {
  return placeKey(service, destination);
}

function judgeOne(
  { kind, destination }: TableChange,
  found: Destination | null,
  complaint: string,
): ChangeResult {
  const failed: ChangeResult = {
    ok: false,
    code: 'failed',
    reason: `ipvsadm printed: ${complaint}`,
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
    method(one) === method(other) &&
    one.upperThreshold === other.upperThreshold &&
    one.lowerThreshold === other.lowerThreshold &&
    one.tunnel.type === other.tunnel.type &&
    one.tunnel.port === other.tunnel.port &&
    one.tunnel.flags === other.tunnel.flags
  );
}

/** ipvsadm has one word for both. */
function method({ forwarding }: Destination): number {
  return forwarding === FORWARDING.local ? FORWARDING.direct : forwarding;
}
