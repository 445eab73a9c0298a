/** What changed, and what routevane did about it, each with its cause. Newest first. */
import { html } from './vendor/preact.js';
import { formatClock } from './ages.js';
import { StateWord } from './mark.js';
import { memo } from './memo.js';
import { Rows } from './rows.js';
import { latencyText } from './wording.js';

/** @typedef {import('./events.js').Entry} Entry */
/** @typedef {import('./mark.js').State} State */

/** As in the style sheet. */
const rowPx = 46;
const viewRows = 8;

/** How each word of a change or an action looks. @type {Readonly<Record<string, State>>} */
const looks = {
  up: 'up',
  down: 'down',
  unknown: 'unknown',
  announced: 'announced',
  withdrawn: 'withdrawn',
  draining: 'draining',
  held: 'held',
  pending: 'pending',
  begun: 'draining',
  ended: 'up',
  expired: 'up',
  connected: 'up',
  lost: 'down',
  off: 'pending',
  info: 'pending',
  warn: 'held',
  error: 'down',
  sent: 'pending',
  confirmed: 'up',
  rejected: 'down',
  unanswered: 'unknown',
};

/** @param {string} word */
export function lookOf(word) {
  return looks[word] ?? 'unknown';
}

/** @param {{ title: string, entries: readonly Entry[], none: string, onExplain: (name: string) => void }} props */
export function EntryList({ title, entries, none, onExplain }) {
  const id = `list-${title.toLowerCase()}`;
  return html`<section class="panel" aria-labelledby=${id}>
    <h2 id=${id}>${title} <span class="about">newest first</span></h2>
    ${
      entries.length === 0
        ? html`<p class="note">${none}</p>`
        : html`<${Rows}
            items=${entries}
            rowPx=${rowPx}
            viewRows=${viewRows}
            label=${title}
            keyOf=${(/** @type {Entry} */ entry) => entry.seq}
            draw=${(/** @type {Entry} */ entry) =>
              html`<${Line} entry=${entry} onExplain=${onExplain} />`}
          />`
    }
  </section>`;
}

const unexplained = new Set(['sink', 'notice']);

const Line = memo(
  /** @param {{ entry: Entry, onExplain: (name: string) => void }} props */
  ({ entry, onExplain }) => {
    const content = html`<span class="line-head">
        <time>${formatClock(entry.atMs)}</time>
        <${StateWord} state=${lookOf(entry.to)} word=${wordOf(entry)} />
        <span class="name">${entry.command || entry.name}</span>
        ${
          typeof entry.reactionMs === 'number' &&
          html`<span class="reaction">reaction ${latencyText(entry.reactionMs)}</span>`
        }
      </span>
      <span class="line-why">${whyOf(entry)}</span>`;
    if (unexplained.has(entry.subject) || entry.explainName === '') {
      return html`<div class="line">${content}</div>`;
    }
    return html`<button type="button" class="line" onClick=${() => onExplain(entry.explainName)}>
      ${content}
    </button>`;
  },
);

/** @param {Entry} entry */
function wordOf({ subject, from, to }) {
  if (subject === 'action') return `${from} ${to}`;
  if (subject === 'drain') return `drain ${to === 'begun' ? 'started' : to}`;
  return to;
}

/** @param {Entry} entry */
function whyOf({ subject, name, because, cause = '', from }) {
  if (subject === 'action') return [`output ${because}`, `cause: ${cause}`].join(' · ');
  // What fell by itself needs no second sentence about itself.
  const root = cause === '' || cause.startsWith(`${name} `) ? '' : `cause: ${cause}`;
  return [from === '' ? '' : `was ${from}`, because, root].filter(Boolean).join(' · ');
}
