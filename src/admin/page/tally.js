/** Many things in a few numbers and words. Pure. */

/** @typedef {import('../../protocol/api.ts').ApiRealServer} ApiRealServer */

/**
 * @typedef {object} Tally
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
 * @returns {Tally}
 */
export function tallyOf(servers) {
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
 * `5 of 6 up, 1 down, 1 draining`: what is not there is not said.
 *
 * @param {Tally} tally
 */
export function tallyWords({ total, up, down, unknown, draining }) {
  const parts = [`${up} of ${total} up`];
  if (down > 0) parts.push(`${down} down`);
  if (unknown > 0) parts.push(`${unknown} unknown`);
  if (draining > 0) parts.push(`${draining} draining`);
  return parts.join(', ');
}

/**
 * The sentence at the top: the worst thing first, or that all is healthy.
 *
 * @param {import('./board.js').Board} board
 * @returns {{ level: 'good' | 'warn' | 'bad', text: string }}
 */
export function headline(board) {
  const routes = count([...board.routes.values()].map((route) => route.state));
  const signals = count([...board.signals.values()].map((signal) => signal.state));
  const services = count([...board.services.values()].map((service) => service.info.state));
  const servers = sum([...board.services.values()].map((service) => service.tally));
  const sinks = [...board.sinks.values()].filter((sink) => sink.state === 'lost');

  const lostSignals = [...board.signals.values()].filter(({ lost }) => lost !== null);

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
    text: `All healthy: ${plural(board.routes.size, 'route')} announced, ${plural(servers.total, 'real server')} up`,
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

/** @param {readonly Tally[]} tallies */
function sum(tallies) {
  const all = { total: 0, down: 0, unknown: 0, draining: 0, lost: 0 };
  for (const tally of tallies) {
    all.total += tally.total;
    all.down += tally.down;
    all.unknown += tally.unknown;
    all.draining += tally.draining;
    all.lost += tally.lost;
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
