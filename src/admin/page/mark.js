/** State as a shape, a word and a colour: each alone is enough. */
import { html } from './vendor/preact.js';

/** Everything the page can show of one thing, each with a mark and a word. @typedef {import('../../protocol/api.ts').ApiExplainStep['state']} State */
/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */
/** @typedef {import('../../protocol/api.ts').ApiLoss} ApiLoss */

/** @type {Record<State, () => unknown>} */
const shapes = {
  up: () =>
    html`<circle class="body" cx="8" cy="8" r="7" />
      <path class="cut" d="M4.5 8.3 7 10.8 11.5 5.6" />`,
  announced: () =>
    html`<circle class="body" cx="8" cy="8" r="7" />
      <path class="cut" d="M8 11.8V4.6M5 7.4l3-3 3 3" />`,
  down: () =>
    html`<rect class="body" x="1" y="1" width="14" height="14" rx="2" />
      <path class="cut" d="M5 5l6 6M11 5l-6 6" />`,
  withdrawn: () =>
    html`<rect class="edge" x="2" y="2" width="12" height="12" rx="2" />
      <path class="edge" d="M8 4.6v6.4M5.2 8.4 8 11.2l2.8-2.8" />`,
  unknown: () =>
    html`<path class="edge dashed" d="M8 1 15 8 8 15 1 8Z" />
      <path class="edge" d="M6.3 6.4c.2-2.2 3.6-2 3.4 0-.2 1.2-1.7 1.2-1.7 2.400M8 11v.4" />`,
  draining: () =>
    html`<circle class="edge" cx="8" cy="8" r="6.2" />
      <path class="body" d="M1.8 8a6.2 6.2 0 0 0 12.4 0Z" />`,
  held: () =>
    html`<path class="body" d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" />
      <path class="cut" d="M6.2 5v6M9.8 5v6" />`,
  pending: () =>
    html`<circle class="edge dashed" cx="8" cy="8" r="6.5" />
      <path class="edge dots" d="M5 8h.01M8 8h.01M11 8h.01" />`,
};

/**
 * The shape alone, for where the word stands next to it.
 *
 * @param {{ state: State }} props
 */
export function Mark({ state }) {
  return html`<svg class=${`mark is-${state}`} viewBox="0 0 16 16" aria-hidden="true">
    ${shapes[state]?.()}
  </svg>`;
}

/**
 * Shape and word.
 *
 * @param {{ state: State, word?: string }} props
 */
export function StateWord({ state, word = state }) {
  return html`<span class=${`state is-${state}`}><${Mark} state=${state} />${word}</span>`;
}

/**
 * How a thing looks: its maintenance, where there is one, hides neither word.
 *
 * @template {State} S
 * @param {{ state: S, drain: ApiDrain | null, lost?: ApiLoss | null }} thing
 * @returns {{ state: State, word: string }}
 */
export function appearanceOf({ state, drain, lost = null }) {
  const suffix = lost === null ? '' : ', observer lost';
  if (drain === null || state === 'draining') return { state, word: `${state}${suffix}` };
  const word = drain.done ? 'drained' : 'draining';
  return { state: 'draining', word: `${state === 'up' ? word : `${word}, ${state}`}${suffix}` };
}

/**
 * Whether somebody should look at it.
 *
 * @param {{ state: State, drain: ApiDrain | null, lost?: ApiLoss | null }} thing
 */
export function isDegraded({ state, drain, lost = null }) {
  if (lost !== null) return true;
  return drain !== null || (state !== 'up' && state !== 'announced');
}
