import type { Destination, TableService } from '../../protocol/ipvs/table.ts';
import { entryName } from './names.ts';
import type { Managed } from './managed.ts';
import type { TableIndex } from './table-index.ts';

const forwardings = ['masquerading', 'local', 'tunnel', 'direct routing'];

/**
 * What other programs changed of the managed entries between two readings of the table, in words.
 * Entries that are gone or back are `missingFrom`'s, and not here.
 */
export function driftLines(managed: Managed, before: TableIndex, now: TableIndex): string[] {
  const lines: string[] = [];
  for (const { serviceNames, servers } of managed.services) {
    for (const name of serviceNames) {
      const [old, found] = [before.service(name), now.service(name)];
      if (old !== null && found !== null) addLine(lines, name, serviceChanges(old, found));
    }
    for (const { candidates } of servers) {
      for (const { serviceName, destinationName } of candidates) {
        const old = before.destination(serviceName, destinationName);
        const found = now.destination(serviceName, destinationName);
        if (old === null || found === null) continue;
        if (old.weight === found.weight && sameButWeight(old, found)) continue;
        addLine(lines, entryName(serviceName, destinationName), serverChanges(old, found));
      }
    }
  }
  return lines;
}

function addLine(lines: string[], name: string, changes: readonly string[]): void {
  if (changes.length > 0) lines.push(`${name}: ${changes.join(', ')}`);
}

function serviceChanges(old: TableService, found: TableService): string[] {
  return [
    ...change('scheduler', old.scheduler, found.scheduler),
    ...change('flags', old.flags, found.flags),
    ...change('persistence', old.persistenceTimeoutS, found.persistenceTimeoutS),
  ];
}

function serverChanges(old: Destination, found: Destination): string[] {
  return [
    ...change('weight', old.weight, found.weight),
    ...change('forwarding', forwardingText(old), forwardingText(found)),
    ...change('upper threshold', old.upperThreshold, found.upperThreshold),
    ...change('lower threshold', old.lowerThreshold, found.lowerThreshold),
    ...change('tunnel', tunnelText(old), tunnelText(found)),
  ];
}

function change(what: string, old: string | number, found: string | number): string[] {
  return old === found ? [] : [`${what} ${old} -> ${found}`];
}

/** Fast: it compares ten thousand servers with each reading. */
function sameButWeight(a: Destination, b: Destination): boolean {
  return (
    a.forwarding === b.forwarding &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    a.tunnel.type === b.tunnel.type &&
    a.tunnel.port === b.tunnel.port &&
    a.tunnel.flags === b.tunnel.flags
  );
}

function forwardingText({ forwarding }: Destination): string {
  return forwardings[forwarding] ?? String(forwarding);
}

function tunnelText({ tunnel }: Destination): string {
  return `${tunnel.type}/${tunnel.port}/${tunnel.flags}`;
}
