import { findName } from '../admin/names.ts';
import { nearest } from '../config/suggest.ts';
import type { ApiRealServer, ApiService, ApiStatus } from '../protocol/api.ts';

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
  | { readonly ok: true; readonly status: ApiStatus }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** The part of a status that somebody asked for, or which of the names is unknown. */
export function selectStatus(status: ApiStatus, how: Selection): Selected {
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

function namesIn({ signals, services, routes }: ApiStatus): readonly string[] {
  return [
    ...signals.map(({ name }) => name),
    ...services.flatMap((service) => [
      service.name,
      ...service.real_servers.map((server) => keyOf(service, server)),
    ]),
    ...routes.map(({ key }) => key),
  ];
}

/** A service with all its real servers, or with those that were named. */
function named(status: ApiStatus, names: ReadonlySet<string>): ApiStatus {
  return {
    ...status,
    signals: status.signals.filter(({ name }) => names.has(name)),
    services: servicesWith(
      status,
      (service, server) => names.has(service.name) || names.has(keyOf(service, server)),
    ),
    routes: status.routes.filter(({ key }) => names.has(key)),
    sinks: [],
  };
}

function onlyDown(status: ApiStatus): ApiStatus {
  return {
    ...status,
    signals: status.signals.filter(isDown),
    services: servicesWith(status, (_service, server) => isDown(server), isDown),
    routes: status.routes.filter(isDown),
    sinks: status.sinks.filter(({ state }) => state === 'lost'),
  };
}

function isDown({ state }: { readonly state: string }): boolean {
  return state !== 'up' && state !== 'announced';
}

/** Services of which a real server is shown, or that are shown themselves. */
function servicesWith(
  { services }: ApiStatus,
  isServerShown: (service: ApiService, server: ApiRealServer) => boolean,
  isServiceShown: (service: ApiService) => boolean = () => false,
): readonly ApiService[] {
  return services.flatMap((service) => {
    const servers = service.real_servers.filter((each) => isServerShown(service, each));
    const isShown = servers.length > 0 || isServiceShown(service);
    return isShown ? [{ ...service, real_servers: servers }] : [];
  });
}

/** What went wrong first, where a state is sorted by. */
const order = ['down', 'withdrawn', 'lost', 'unknown', 'pending', 'held', 'draining'];

/** What all that is sorted has; services and routes count no falls. */
interface Sortable {
  readonly state: string;
  readonly since: string;
  readonly flaps?: number;
}

function sorted(status: ApiStatus, key: SortKey): ApiStatus {
  return {
    ...status,
    signals: sortedBy(status.signals, key, ({ name }) => name),
    services: sortedBy(status.services, key, ({ name }) => name).map((service) =>
      withServersSorted(service, key),
    ),
    routes: sortedBy(status.routes, key, (route) => route.key),
  };
}

function withServersSorted(service: ApiService, key: SortKey): ApiService {
  return {
    ...service,
    real_servers: sortedBy(service.real_servers, key, ({ address }) => address),
  };
}

function sortedBy<Item extends Sortable>(
  items: readonly Item[],
  key: SortKey,
  nameOf: (item: Item) => string,
): readonly Item[] {
  return items.toSorted((one, other) => {
    switch (key) {
      case 'name':
        return nameOf(one).localeCompare(nameOf(other), 'en', { numeric: true });
      case 'state':
        return rankOf(one) - rankOf(other);
      case 'since':
        // The newest first: that is what is looked for after an alarm.
        return Date.parse(other.since) - Date.parse(one.since);
      case 'falls':
        return (other.flaps ?? 0) - (one.flaps ?? 0);
      default:
        return key satisfies never;
    }
  });
}

function rankOf({ state }: Sortable): number {
  const rank = order.indexOf(state);
  return rank < 0 ? order.length : rank;
}

function keyOf(service: ApiService, server: ApiRealServer): string {
  return `${service.name}/${server.address}`;
}
