import { findName } from '../admin/names.ts';
import { nearest } from '../config/suggest.ts';
import { numberOf, recordsOf, textOf, type JsonRecord } from './loose-json.ts';

export const sortKeys = ['name', 'state', 'since', 'falls'] as const;

export type SortKey = (typeof sortKeys)[number];

export interface Selection {
  /** Signals, services, real servers and routes; none: all. */
  readonly names: readonly string[];
  /** Only what is not up, announced or connected. */
  readonly isOnlyDown: boolean;
  readonly sort: SortKey | null;
}

type Selected =
  | { readonly ok: true; readonly status: JsonRecord }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** The part of a status that somebody asked for, or which of the names is unknown. */
export function selectStatus(status: JsonRecord, how: Selection): Selected {
  const all = namesIn(status);
  const names = new Set<string>();
  for (const given of how.names) {
    const found = findName(given, all, nearest);
    if (found.kind !== 'found') return { ok: false, name: given, message: notFound(found) };
    names.add(found.name);
  }
  const shown = names.size === 0 ? status : named(status, names);
  const left = how.isOnlyDown ? onlyDown(shown) : shown;
  return { ok: true, status: how.sort === null ? left : sorted(left, how.sort) };
}

function notFound(found: Exclude<ReturnType<typeof findName>, { readonly kind: 'found' }>): string {
  if (found.kind === 'ambiguous') return `this may be ${found.candidates.join(' or ')}`;
  const near = found.nearest === null ? '' : `: did you mean ${found.nearest}?`;
  return `no signal, service, real server or route has this name${near}`;
}

function namesIn(status: JsonRecord): readonly string[] {
  return [
    ...recordsOf(status, 'signals').map(nameOf),
    ...recordsOf(status, 'services').flatMap(namesOfService),
    ...recordsOf(status, 'routes').map(nameOf),
  ];
}

function namesOfService(service: JsonRecord): readonly string[] {
  const servers = recordsOf(service, 'real_servers').map((server) => keyOf(service, server));
  return [nameOf(service), ...servers];
}

/** A service with all its real servers, or with those that were named. */
function named(status: JsonRecord, names: ReadonlySet<string>): JsonRecord {
  const isNamed = (record: JsonRecord): boolean => names.has(nameOf(record));
  return {
    ...status,
    signals: recordsOf(status, 'signals').filter(isNamed),
    services: servicesWith(status, (service, server) =>
      isNamed(service) ? true : names.has(keyOf(service, server)),
    ),
    routes: recordsOf(status, 'routes').filter(isNamed),
    sinks: [],
  };
}

function onlyDown(status: JsonRecord): JsonRecord {
  return {
    ...status,
    signals: recordsOf(status, 'signals').filter(isDown),
    services: servicesWith(status, (_service, server) => isDown(server), isDown),
    routes: recordsOf(status, 'routes').filter(isDown),
    sinks: recordsOf(status, 'sinks').filter((sink) => textOf(sink, 'state') === 'lost'),
  };
}

function isDown(record: JsonRecord): boolean {
  const state = textOf(record, 'state');
  return state !== 'up' && state !== 'announced';
}

/** Services of which a real server is shown, or that are shown themselves. */
function servicesWith(
  status: JsonRecord,
  isServer: (service: JsonRecord, server: JsonRecord) => boolean,
  isService: (service: JsonRecord) => boolean = () => false,
): readonly JsonRecord[] {
  return recordsOf(status, 'services').flatMap((service) => {
    const servers = recordsOf(service, 'real_servers').filter((each) => isServer(service, each));
    return servers.length === 0 && !isService(service) ? [] : [withServers(service, servers)];
  });
}

function withServers(service: JsonRecord, servers: readonly JsonRecord[]): JsonRecord {
  return { ...service, real_servers: servers };
}

/** What went wrong first, where a state is sorted by. */
const order = ['down', 'withdrawn', 'lost', 'unknown', 'pending', 'held', 'draining'];

const compare: Readonly<Record<SortKey, (one: JsonRecord, other: JsonRecord) => number>> = {
  name: (one, other) => nameOf(one).localeCompare(nameOf(other), 'en', { numeric: true }),
  state: (one, other) => rankOf(one) - rankOf(other),
  // The newest first: that is what is looked for after an alarm.
  since: (one, other) => Date.parse(textOf(other, 'since')) - Date.parse(textOf(one, 'since')),
  falls: (one, other) => (numberOf(other, 'flaps') ?? 0) - (numberOf(one, 'flaps') ?? 0),
};

function sorted(status: JsonRecord, key: SortKey): JsonRecord {
  const list = (record: JsonRecord, name: string): readonly JsonRecord[] =>
    recordsOf(record, name).toSorted(compare[key]);
  return {
    ...status,
    signals: list(status, 'signals'),
    services: list(status, 'services').map((service) =>
      withServers(service, list(service, 'real_servers')),
    ),
    routes: list(status, 'routes'),
  };
}

function rankOf(record: JsonRecord): number {
  const rank = order.indexOf(textOf(record, 'state'));
  return rank < 0 ? order.length : rank;
}

function nameOf(record: JsonRecord): string {
  return (
    textOf(record, 'name') ||
    textOf(record, 'key') ||
    textOf(record, 'prefix') ||
    textOf(record, 'address')
  );
}

function keyOf(service: JsonRecord, server: JsonRecord): string {
  return `${textOf(service, 'name')}/${textOf(server, 'address')}`;
}
