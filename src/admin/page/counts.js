/** Counts of servers by state, and the words for them. Pure. */

/** @typedef {import('../../protocol/api.ts').ApiRealServer} ApiRealServer */

/**
 * @typedef {object} ServerCounts
 * @property {number} total
 * @property {number} up
 * @property {number} down
 * @property {number} unknown
 * @property {number} draining
 * @property {number} lost whose observer is lost
 * @property {number | null} latencyMs median of the servers that are up
 */

/**
 * @param {readonly ApiRealServer[]} servers
 * @returns {ServerCounts}
 */
export function countServers(servers) {
  const counts = { up: 0, down: 0, unknown: 0 };
  let draining = 0;
  let lost = 0;
  const latencies = [];
  for (const server of servers) {
    counts[server.state] += 1;
    if (server.drain !== null) draining += 1;
    if (server.lost !== null) lost += 1;
    if (server.state === 'up' && server.latency_ms !== null) latencies.push(server.latency_ms);
  }
  latencies.sort((one, other) => one - other);
  const latencyMs = latencies[Math.floor((latencies.length - 1) / 2)] ?? null;
  return { total: servers.length, ...counts, draining, lost, latencyMs };
}

/**
 * `5 of 6 up, 1 down, 1 draining`: what is 0 is left out.
 *
 * @param {ServerCounts} counts
 */
export function countsText({ total, up, down, unknown, draining }) {
  const parts = [`${up} of ${total} up`];
  if (down > 0) parts.push(`${down} down`);
  if (unknown > 0) parts.push(`${unknown} unknown`);
  if (draining > 0) parts.push(`${draining} draining`);
  return parts.join(', ');
}

/**
 * The sentence at the top: the worst thing first, or that all is healthy.
 *
 * @param {import('./status-view.js').StatusView} view
 * @returns {{ level: 'good' | 'warn' | 'bad', text: string }}
 */
export function headline(view) {
  const routes = count([...view.routes.values()].map((route) => route.state));
  const signals = count([...view.signals.values()].map((signal) => signal.state));
  const services = count([...view.services.values()].map((service) => service.info.state));
  const servers = sum([...view.services.values()].map((service) => service.counts));
  const sinks = [...view.sinks.values()].filter((sink) => sink.state === 'lost');

  const lostSignals = [...view.signals.values()].filter(({ lost }) => lost !== null);

  const bad = [
    some(routes.withdrawn, 'route', 'withdrawn'),
    some(services.down, 'service', 'down'),
    sinks.length > 0 ? `output lost: ${sinks.map((sink) => sink.name).join(', ')}` : '',
  ].filter(Boolean);
  const warn = [
    some(routes.held, 'route', 'held'),
    some(routes.draining, 'route', 'draining'),
    some(routes.pending, 'route', 'pending'),
    some(services.unknown, 'service', 'unknown'),
    some(signals.down, 'signal', 'down'),
    some(signals.unknown, 'signal', 'unknown'),
    some(servers.down, 'real server', 'down'),
    some(servers.unknown, 'real server', 'unknown'),
    some(servers.draining, 'real server', 'draining'),
    some(servers.lost + lostSignals.length, 'observer', 'lost'),
  ].filter(Boolean);

  const level = bad.length > 0 ? 'bad' : warn.length > 0 ? 'warn' : 'good';
  if (level !== 'good') return { level, text: [...bad, ...warn].join(' · ') };
  return {
    level,
    text: `All healthy: ${plural(view.routes.size, 'route')} announced, ${plural(servers.total, 'real server')} up`,
  };
}

/** @param {readonly string[]} states */
function count(states) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return {
    withdrawn: counts['withdrawn'] ?? 0,
    held: counts['held'] ?? 0,
    draining: counts['draining'] ?? 0,
    pending: counts['pending'] ?? 0,
    down: counts['down'] ?? 0,
    unknown: counts['unknown'] ?? 0,
  };
}

/** @param {readonly ServerCounts[]} services */
function sum(services) {
  const all = { total: 0, down: 0, unknown: 0, draining: 0, lost: 0 };
  for (const counts of services) {
    all.total += counts.total;
    all.down += counts.down;
    all.unknown += counts.unknown;
    all.draining += counts.draining;
    all.lost += counts.lost;
  }
  return all;
}

/**
 * @param {number} number
 * @param {string} noun
 */
export function plural(number, noun) {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/**
 * @param {number} number
 * @param {string} noun
 * @param {string} state
 */
function some(number, noun, state) {
  return number === 0 ? '' : `${plural(number, noun)} ${state}`;
}
