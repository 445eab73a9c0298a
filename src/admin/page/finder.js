/** A search over the real servers of all services, with what it finds. */
import { html, useState } from './vendor/preact.js';
import { choices, countText, everything, findServers } from './filter.js';
import { plural } from './counts.js';
import { Rows } from './rows.js';
import { rowPx, ServerRow } from './service.js';

/** @typedef {import('./filter.js').Found} Found */
/** @typedef {Event & { currentTarget: HTMLInputElement }} InputEvent */

const viewRows = 15;

/**
 * @param {object} props
 * @param {ReadonlyMap<string, import('./status-view.js').ServiceEntry>} props.services
 * @param {ReadonlySet<string>} props.flapping
 * @param {(name: string) => void} props.onExplain
 * @param {(name: string) => void} props.onDrain
 */
export function Finder({ services, flapping, onExplain, onDrain }) {
  const [filter, setFilter] = useState(everything);
  const { search, stateFilter } = filter;
  let total = 0;
  for (const { counts } of services.values()) total += counts.total;
  if (total === 0) return null;
  const isActive = search.trim() !== '' || stateFilter !== 'all';
  const found = isActive ? findServers(services.values(), filter, flapping) : [];
  return html`<form
    class="finder"
    role="search"
    aria-label="real servers"
    onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}
  >
    <input
      type="search"
      class="search"
      aria-label="search real servers by name or address"
      placeholder="search real servers: name or address"
      autocomplete="off"
      spellcheck="false"
      value=${search}
      onInput=${(/** @type {InputEvent} */ event) => setFilter({ ...filter, search: event.currentTarget.value })}
    />
    <fieldset>
      <legend class="hidden-text">state of the real servers</legend>
      ${choices.map(
        (choice) =>
          html`<label key=${choice}>
            <input
              type="radio"
              name="stateFilter"
              value=${choice}
              checked=${stateFilter === choice}
              onChange=${() => setFilter({ ...filter, stateFilter: choice })}
            />
            ${choice}
          </label>`,
      )}
      <span class="count" role="status">
        ${isActive ? countText(found.length, total) : plural(total, 'real server')}
      </span>
    </fieldset>
    ${isActive && html`<${Results} found=${found} flapping=${flapping} onExplain=${onExplain} onDrain=${onDrain} />`}
  </form>`;
}

/**
 * @param {object} props
 * @param {readonly Found[]} props.found
 * @param {ReadonlySet<string>} props.flapping
 * @param {(name: string) => void} props.onExplain
 * @param {(name: string) => void} props.onDrain
 */
function Results({ found, flapping, onExplain, onDrain }) {
  if (found.length === 0) return html`<p class="note">no real server matches</p>`;
  return html`<${Rows}
    items=${found}
    rowPx=${rowPx}
    viewRows=${viewRows}
    label="real servers found"
    keyOf=${(/** @type {Found} */ { name }) => name}
    draw=${(/** @type {Found} */ { name, service, server }) =>
      html`<${ServerRow}
        service=${service}
        server=${server}
        shown=${name}
        isFlapping=${flapping.has(name)}
        onExplain=${onExplain}
        onDrain=${onDrain}
      />`}
  />`;
}
