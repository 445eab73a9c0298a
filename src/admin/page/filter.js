/** Finds real servers among thousands: by name, by address and by state. Pure. */

/** @typedef {import('../../protocol/api.ts').ApiRealServer} ApiRealServer */
/** @typedef {import('./events.js').Entry} Entry */
/** @typedef {'all' | 'down' | 'unknown' | 'draining' | 'flapping'} StateFilter */
/** @typedef {{ search: string, stateFilter: StateFilter }} Filter */
/** @typedef {{ name: string, service: string, server: ApiRealServer }} Found */

/** @type {readonly StateFilter[]} */
export const choices = ['all', 'down', 'unknown', 'draining', 'flapping'];

/** @type {Filter} */
export const everything = { search: '', stateFilter: 'all' };

/** Falls within the time below that make a thing flap. */
export const flapMin = 3;
export const flapMs = 10 * 60 * 1000;

/**
 * Every server whose `service/address:port` has all words of the search, and whose state passes the filter.
 *
 * @param {Iterable<import('./status-view.js').ServiceEntry>} services
 * @param {Filter} filter
 * @param {ReadonlySet<string>} flapping
 * @returns {Found[]}
 */
export function findServers(services, { search, stateFilter }, flapping) {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = [];
  for (const { info, servers } of services) {
    for (const server of servers) {
      const name = `${info.name}/${server.address}`;
      if (!passes(server, stateFilter, flapping.has(name))) continue;
      const text = name.toLowerCase();
      if (words.every((word) => text.includes(word))) {
        found.push({ name, service: info.name, server });
      }
    }
  }
  return found;
}

/**
 * @param {ApiRealServer} server
 * @param {StateFilter} stateFilter
 * @param {boolean} isFlapping
 */
function passes(server, stateFilter, isFlapping) {
  switch (stateFilter) {
    case 'all':
      return true;
    case 'draining':
      return server.drain !== null;
    case 'flapping':
      return isFlapping;
    case 'down':
    case 'unknown':
      return server.state === stateFilter;
    default:
      return false;
  }
}

/** @type {ReadonlySet<string>} */
const none = new Set();

/**
 * The names that went down often lately. The same set as `before` where it has the same names, so
 * that whoever draws them sees by identity that nothing is new.
 *
 * @param {readonly Entry[]} entries newest first
 * @param {number} nowMs
 * @param {ReadonlySet<string>} [before]
 */
export function flappingOf(entries, nowMs, before = none) {
  /** @type {Map<string, number>} */
  const falls = new Map();
  for (const { atMs, name, from, to } of entries) {
    if (atMs < nowMs - flapMs) break;
    if (from === 'up' && to === 'down') falls.set(name, (falls.get(name) ?? 0) + 1);
  }
  const names = [...falls].filter(([, count]) => count >= flapMin).map(([name]) => name);
  const isSame = names.length === before.size && names.every((name) => before.has(name));
  return isSame ? before : new Set(names);
}

/**
 * `12 of 2,000`
 *
 * @param {number} count
 * @param {number} total
 */
export function countText(count, total) {
  return `${count.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}
