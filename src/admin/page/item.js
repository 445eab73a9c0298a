/** One signal or route: its state, its age and its reason; a click shows why. */
import { html } from './vendor/preact.js';
import { Age } from './age.js';
import { Actions } from './actions.js';
import { formatClock, parseTime } from './ages.js';
import { appearanceOf, StateWord } from './mark.js';
import { reasonText } from './loss.js';
import { memo } from './memo.js';
import { drainOwnerText } from './wording.js';

/** @typedef {import('../../protocol/api.ts').ApiSignal} ApiSignal */
/** @typedef {import('../../protocol/api.ts').ApiRoute} ApiRoute */
/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */
/** @typedef {(name: string) => void} OnExplain */

/** @param {{ drain: ApiDrain }} props */
export function DrainNote({ drain }) {
  const until = parseTime(drain.until);
  const left = drain.progress?.active_connections;
  const parts = [
    `${drain.done ? 'drained' : 'draining'} by ${drainOwnerText(drain)}`,
    drain.reason,
    until === null ? 'until undrained' : `until ${formatClock(until).slice(0, 8)}`,
    typeof left === 'number' && !drain.done ? `${left} active connections left` : '',
  ];
  return html`<p class="note">${parts.filter(Boolean).join(' · ')}</p>`;
}

export const SignalItem = memo(
  /** @param {{ signal: ApiSignal, isFlapping: boolean, onExplain: OnExplain }} props */
  ({ signal, isFlapping, onExplain }) => {
    const { name, state, since, flaps, drain } = signal;
    const reason = reasonText(signal);
    const suppressedMs = parseTime(signal.suppressed_until);
    const look = appearanceOf(signal);
    return html`<li class=${`item is-${look.state}`}>
      <button type="button" class="item-main" onClick=${() => onExplain(name)}>
        <span class="name">${name}</span>
        <${StateWord} state=${look.state} word=${`${look.word}${isFlapping ? ', flapping' : ''}`} />
        <${Age} since=${since} />
      </button>
      ${
        (reason !== '' || state === 'unknown') &&
        html`<p class="reason">${reason || 'no result yet'}</p>`
      }
      ${
        suppressedMs !== null &&
        html`<p class="note">
          suppressed by damping until ${formatClock(suppressedMs).slice(0, 8)}
        </p>`
      }
      ${flaps > 1 && html`<p class="note">went down ${flaps} times since start</p>`}
      ${drain !== null && html`<${DrainNote} drain=${drain} />`}
    </li>`;
  },
);

export const RouteItem = memo(
  /** @param {{ id: string, route: ApiRoute, onExplain: OnExplain, onDrain: OnExplain }} props */
  ({ id, route, onExplain, onDrain }) => {
    const { state, because, since, med, confirmed, drain } = route;
    const look = appearanceOf(route);
    const facts = [
      med === null || state === 'withdrawn' || state === 'pending' ? '' : `MED ${med}`,
      state === 'pending' ? '' : confirmed ? 'confirmed by ExaBGP' : 'not confirmed by ExaBGP yet',
      id === route.prefix ? '' : id.slice(route.prefix.length),
    ];
    return html`<li class=${`item is-${look.state}`}>
      <button type="button" class="item-main" onClick=${() => onExplain(id)}>
        <span class="name">${route.prefix}</span>
        <${StateWord} state=${look.state} word=${look.word} />
        <${Age} since=${since} />
      </button>
      <p class="reason">${because || 'no decision yet'}</p>
      <p class="facts">${facts.filter(Boolean).join(' · ')}</p>
      ${drain !== null && html`<${DrainNote} drain=${drain} />`}
      <${Actions}
        kind="route"
        name=${id}
        drain=${drain}
        onExplain=${onExplain}
        onDrain=${onDrain}
      />
    </li>`;
  },
);
