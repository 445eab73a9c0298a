import { map, optional, scalar, set, type MonitorMethod } from '../../src/ovsdb-client/index.ts';

/** The conversations that were recorded: one for each way to monitor. */
export const recordings: readonly { readonly name: string; readonly method: MonitorMethod }[] = [
  { name: 'monitor', method: 'monitor' },
  { name: 'monitor-cond', method: 'monitor_cond' },
  { name: 'monitor-cond-since', method: 'monitor_cond_since' },
];

export const goldenDir = new URL('../golden/ovsdb/', import.meta.url);

/** What the recorded client watched. */
export const goldenSpec = {
  database: 'Small',
  table: 'Thing',
  columns: {
    name: scalar('string'),
    count: scalar('integer'),
    maybe: optional('integer'),
    peer: optional('uuid'),
    tags: set('string'),
    limits: map('string', 'integer'),
  },
} as const;

/** JSON that also shows what is in a map. */
export function plain(told: unknown): unknown {
  return JSON.parse(
    JSON.stringify(told, (_, value: unknown) =>
      value instanceof Map
        ? { map: [...value].map((pair) => JSON.stringify(pair)).toSorted() }
        : value,
    ),
  );
}
