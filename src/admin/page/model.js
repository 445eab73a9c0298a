/** Everything the page shows, and what changes it. Draws nothing. */
import { forgetClock, judgeClock, nodeNowMs } from './age.js';
import { parseTime } from './ages.js';
import { LiveRegion } from './live-region.js';
import { getHistory, getLogin, getStatus } from './api.js';
import { StatusView } from './status-view.js';
import { entryOf, applyEvent, needsStatus } from './events.js';
import { Ring } from './ring.js';
import { Series } from './series.js';

/** @typedef {import('../../protocol/api-events.ts').ApiEvent} ApiEvent */
/** @typedef {import('../../protocol/api-events.ts').ApiSnapshot} ApiSnapshot */
/** @typedef {import('./events.js').Entry} Entry */

const transitionsMax = 5000;
const actionsMax = 500;
/** What no event has (latencies, connections, capacities) is read this often, and … */
const refreshMs = 5000;
/** … this soon after something changed, but never again … */
const settleMs = 700;
/** … before this has passed: many changes are no reason to ask many times. */
const refreshGapMs = 2000;
/** With more servers than this all of it takes three times as long: an answer is a megabyte. */
const manyServers = 1000;

export class Model {
  view = new StatusView();
  transitions = new Ring(transitionsMax);
  actions = new Ring(actionsMax);
  latency = new Series();
  reaction = new Series();
  liveRegion = new LiveRegion();
  /** @type {'connecting' | 'live' | 'waiting'} */
  connection = 'connecting';
  /** When the daemon started and when it was heard last, as texts on its clock. */
  startedAt = '';
  heardAt = '';
  /** The name whose chain is shown. @type {string | null} */
  explained = null;
  /** The name whose maintenance is begun or ended. @type {string | null} */
  maintained = null;
  /** Changes that may alter an explanation. */
  changes = 0;
  mayDrain = false;
  retryNow = () => {};
  dropStream = () => {};
  #onChange;
  /** @type {number} */
  #seq = -1;
  #events = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refreshTimer;
  #refreshAtMs = Infinity;
  #refreshedAtMs = -Infinity;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  explain = (/** @type {string} */ name) => {
    this.explained = name;
    this.#onChange();
  };

  maintain = (/** @type {string} */ name) => {
    this.maintained = name;
    this.#onChange();
  };

  closeDialog = () => {
    this.explained = null;
    this.maintained = null;
    this.#onChange();
  };

  /** @param {'connecting' | 'live' | 'waiting'} connection */
  setConnection(connection) {
    // A second try is not news: the page still waits for the first word.
    if (connection === 'connecting' && this.connection === 'waiting') return;
    this.connection = connection;
    this.#onChange();
  }

  /** @param {ApiSnapshot | ApiEvent} message */
  receive(message) {
    if (message.type === 'snapshot') this.#begin(message);
    else this.#event(message);
    this.#onChange();
  }

  /** @param {ApiSnapshot} snapshot */
  #begin(snapshot) {
    forgetClock();
    // Where nothing happens, only the snapshot has the node's time.
    judgeClock(parseTime(snapshot.at) ?? Date.now());
    const nowMs = this.#hear();
    this.startedAt = new Date(nowMs - snapshot.uptime_s * 1000).toISOString();
    this.#seq = snapshot.seq;
    this.view.load(snapshot);
    this.#sampleLatency();
    this.transitions.clear();
    this.actions.clear();
    this.changes += 1;
    void this.#readHistory();
    void this.#readRights();
    this.#refreshIn(refreshMs);
  }

  #hear() {
    const nowMs = nodeNowMs();
    this.heardAt = new Date(nowMs).toISOString();
    return nowMs;
  }

  /** @param {ApiEvent} event */
  #event(event) {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    judgeClock(parseTime(event.at) ?? Date.now());
    this.#hear();
    // What was seen, but changed nothing, alters no status that is on its way.
    if (event.type !== 'observation') this.#events += 1;
    // Before folding: what the event says of a thing is compared with what was known of it.
    const entry = entryOf(this.view, event);
    applyEvent(this.view, event);
    if (entry !== null) this.#keep(entry, true);
    if (event.type === 'health' || event.type === 'decision' || needsStatus(event)) {
      this.changes += 1;
      this.#refreshIn(settleMs);
    }
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isNew
   */
  #keep(entry, isNew) {
    if (entry.subject === 'action') {
      this.actions.push(entry);
      if (typeof entry.reactionMs === 'number') this.reaction.add(entry.atMs, entry.reactionMs);
    } else {
      this.transitions.push(entry);
      if (isNew) this.liveRegion.add(entry);
    }
  }

  async #readHistory() {
    const answer = await getHistory();
    if (!answer.ok) return;
    /** @param {readonly ApiEvent[]} events */
    const entriesOf = (events) =>
      events.map((event) => entryOf(this.view, event)).filter((entry) => entry !== null);
    this.transitions.prepend(entriesOf(answer.body.transitions));
    const actions = entriesOf(answer.body.actions);
    this.actions.prepend(actions);
    this.reaction = new Series();
    for (const { atMs, reactionMs } of this.actions.latest().toReversed()) {
      if (typeof reactionMs === 'number') this.reaction.add(atMs, reactionMs);
    }
    this.#onChange();
  }

  async #readRights() {
    const answer = await getLogin();
    if (answer.ok) this.mayDrain = answer.body.may_drain;
    this.#onChange();
  }

  /** @param {number} inMs a refresh that is due sooner stays */
  #refreshIn(inMs) {
    const slower = this.#serverCount() > manyServers ? 3 : 1;
    const nowMs = performance.now();
    const atMs = Math.max(nowMs + inMs, this.#refreshedAtMs + refreshGapMs * slower);
    if (atMs >= this.#refreshAtMs) return;
    clearTimeout(this.#refreshTimer);
    this.#refreshAtMs = atMs;
    this.#refreshTimer = setTimeout(() => {
      this.#refreshAtMs = Infinity;
      void this.#refresh();
    }, atMs - nowMs);
  }

  #serverCount() {
    let servers = 0;
    for (const { counts } of this.view.services.values()) servers += counts.total;
    return servers;
  }

  /** @returns {Promise<void>} */
  async #refresh() {
    if (this.connection !== 'live') return;
    if (document.hidden) return this.#refreshIn(refreshMs);
    this.#refreshedAtMs = performance.now();
    const eventsBefore = this.#events;
    const answer = await getStatus();
    if (this.connection !== 'live') return;
    // An answer from before the newest event would take that event back.
    if (answer.ok && this.#events !== eventsBefore) return this.#refreshIn(settleMs);
    if (answer.ok) {
      this.#hear();
      this.view.load(answer.body);
      this.#sampleLatency();
      this.#onChange();
    } else if (answer.code === 'unreachable') {
      // A stream that lost its network stays silent, as one where nothing happens.
      return this.dropStream();
    }
    this.#refreshIn(this.#serverCount() > manyServers ? refreshMs * 3 : refreshMs);
  }

  #sampleLatency() {
    const atMs = nodeNowMs();
    for (const { servers } of this.view.services.values()) {
      for (const { state, latency_ms: latencyMs } of servers) {
        if (state === 'up' && latencyMs !== null) this.latency.add(atMs, latencyMs);
      }
    }
  }
}
