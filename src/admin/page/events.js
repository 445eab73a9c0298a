/** One event of the stream, folded into what the page knows. No DOM. */
import { parseTime } from './ages.js';
import { causeText } from './wording.js';

/** @typedef {import('../../protocol/api-events.ts').ApiEvent} ApiEvent */
/** @typedef {import('./status-view.js').StatusView} StatusView */

/**
 * One change or one action, as the page keeps it.
 *
 * @typedef {object} Entry
 * @property {number} seq
 * @property {number} atMs
 * @property {'signal' | 'service' | 'server' | 'route' | 'action' | 'drain' | 'sink' | 'notice'} subject
 * @property {string} name
 * @property {string} explainName what a click on it explains; empty: nothing
 * @property {string} from
 * @property {string} to
 * @property {string} because in words
 * @property {string} [command] of an action only: the line that was written to ExaBGP, or what
 *   would do the same at ipvsadm
 * @property {string} [cause] the root, in words
 * @property {number | null} [reactionMs] from the observation at the root to this action
 */

/**
 * Folds one event into the view.
 *
 * @param {StatusView} view
 * @param {ApiEvent} event
 */
export function applyEvent(view, event) {
  switch (event.type) {
    case 'observation':
      if (typeof event.latency_ms === 'number') view.latency(event.signal, event.latency_ms);
      return;
    case 'health':
      view.health(event.name, event.to, event.reason, event.at);
      return;
    case 'decision':
      applyDecision(view, event);
      return;
    case 'weight':
      view.weight(event.server, event.to, event.removed);
      return;
    case 'action':
      applyAction(view, event);
      return;
    case 'sink':
      view.sink(event.sink, { state: event.state, peer_version: event.peer_version });
      return;
    case 'drain': {
      view.drain(event.name, event.change === 'begun' ? drainOf(event) : null);
      return;
    }
    case 'notice':
    case 'skipped':
      return;
    default:
    // A newer daemon may say more than this page knows.
  }
}

/**
 * What the lists and the time line show of it; `null`: nothing.
 *
 * @param {StatusView} view
 * @param {ApiEvent} event
 * @returns {Entry | null}
 */
export function entryOf(view, event) {
  const common = { seq: event.seq, atMs: parseTime(event.at) ?? 0 };
  switch (event.type) {
    case 'health': {
      const subject = view.kindOf(event.name);
      if (subject === null) return null;
      const { name, from, to, reason } = event;
      const cause = causeText(event.cause);
      return { ...common, subject, name, explainName: name, from, to, because: reason, cause };
    }
    case 'decision': {
      const { route: name, from, to, because } = event;
      const cause = causeText(event.cause);
      return { ...common, subject: 'route', name, explainName: name, from, to, because, cause };
    }
    case 'action':
      return {
        ...common,
        subject: 'action',
        explainName: event.keys[0] ?? '',
        name: `${event.keys[0] ?? ''}${event.count > 1 ? ` and ${event.count - 1} more` : ''}`,
        from: event.action,
        to: event.result,
        because: event.sink,
        command: event.command,
        cause: causeText(event.cause),
        reactionMs: reactionOf(event),
      };
    case 'drain': {
      const { name, change, reason, by } = event;
      const because = `${by}: ${reason}`;
      return {
        ...common,
        subject: 'drain',
        name,
        explainName: name,
        from: '',
        to: change,
        because,
      };
    }
    case 'sink': {
      const { sink: name, state: to, reason } = event;
      return { ...common, subject: 'sink', name, explainName: '', from: '', to, because: reason };
    }
    case 'notice': {
      const { level, event: name, message } = event;
      return {
        ...common,
        subject: 'notice',
        name,
        explainName: '',
        from: '',
        to: level,
        because: message,
      };
    }
    case 'observation':
    case 'weight':
    case 'skipped':
      return null;
    default:
      return null;
  }
}

/**
 * Whether only a new status has all that this event changed: who is in maintenance, what an
 * action of very many did, and what the daemon left out because it was too much.
 *
 * @param {ApiEvent} event
 */
export function needsStatus(event) {
  if (event.type === 'action') return event.count > event.keys.length;
  if (event.type === 'notice') return /^observer_(?:lost|back)$/u.test(event.event);
  return event.type === 'drain' || event.type === 'skipped';
}

/**
 * @param {StatusView} view
 * @param {Extract<ApiEvent, { type: 'decision' }>} event
 */
function applyDecision(view, event) {
  const { route, to, because, at } = event;
  // An action event follows when ExaBGP confirms the new state.
  view.route(route, { state: to, med: event.med, because, since: at, confirmed: false });
}

/**
 * @param {StatusView} view
 * @param {Extract<ApiEvent, { type: 'action' }>} event
 */
function applyAction(view, event) {
  if (event.result !== 'confirmed') return;
  if (event.action !== 'announce' && event.action !== 'withdraw') return;
  for (const key of event.keys) view.route(key, { confirmed: true });
}

/**
 * Milliseconds from the observation at the root until the action was handed to its sink;
 * `null` where that is no reaction: what was confirmed later, or has another root.
 *
 * @param {Extract<ApiEvent, { type: 'action' }>} event
 */
function reactionOf(event) {
  if (event.result !== 'sent') return null;
  return event.reaction_ms ?? null;
}

/**
 * Maintenance as it is when it begins; the next status has its progress.
 *
 * @param {Extract<ApiEvent, { type: 'drain' }>} event
 * @returns {import('../../protocol/api.ts').ApiDrain}
 */
function drainOf({ name, reason, owner, on_behalf_of, until, at: since }) {
  const progress = { active_connections: null, deadline: null, unconfirmed_routes: 0 };
  return { name, reason, owner, on_behalf_of, since, until, done: false, out: false, progress };
}
