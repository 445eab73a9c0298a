/** The flow of a decision: signals, services with their real servers, routes. */
import { html, useState } from './vendor/preact.js';
import { countText } from './filter.js';
import { Finder } from './finder.js';
import { RouteItem, SignalItem } from './item.js';
import { isDegraded } from './mark.js';
import { ServiceItem } from './service.js';

/** @typedef {import('./status-view.js').StatusView} StatusView */
/** @typedef {(name: string) => void} OnExplain */

/** Things that a column shows at first, and that one more click adds. */
const shownStep = 60;

/**
 * @param {object} props
 * @param {StatusView} props.view
 * @param {ReadonlySet<string>} props.flapping
 * @param {OnExplain} props.onExplain
 * @param {OnExplain} props.onDrain
 */
export function Columns({ view, flapping, onExplain, onDrain }) {
  return html`<div class="columns">
    <${Column}
      title="Signals"
      about="links, BFD sessions and plugins"
      none="no signals are configured"
      entries=${[...view.signals]}
      infoOf=${(/** @type {import('../../protocol/api.ts').ApiSignal} */ signal) => signal}
      draw=${(
        /** @type {string} */ name,
        /** @type {import('../../protocol/api.ts').ApiSignal} */ signal,
      ) =>
        html`<${SignalItem}
          key=${name}
          signal=${signal}
          isFlapping=${flapping.has(name)}
          onExplain=${onExplain}
        />`}
    />
    <${Column}
      title="Services"
      about="virtual services and their real servers"
      none="no services are configured"
      tools=${html`<${Finder}
        services=${view.services}
        flapping=${flapping}
        onExplain=${onExplain}
        onDrain=${onDrain}
      />`}
      entries=${[...view.services]}
      infoOf=${(/** @type {import('./status-view.js').ServiceEntry} */ { info }) => info}
      draw=${(
        /** @type {string} */ name,
        /** @type {import('./status-view.js').ServiceEntry} */ service,
      ) =>
        html`<${ServiceItem}
          key=${name}
          service=${service}
          flapping=${flapping}
          onExplain=${onExplain}
          onDrain=${onDrain}
        />`}
    />
    <${Column}
      title="Routes"
      good="announced"
      about="prefixes that this node announces"
      none="no routes are configured"
      entries=${[...view.routes]}
      infoOf=${(/** @type {import('../../protocol/api.ts').ApiRoute} */ route) => route}
      draw=${(
        /** @type {string} */ id,
        /** @type {import('../../protocol/api.ts').ApiRoute} */ route,
      ) =>
        html`<${RouteItem}
          key=${id}
          id=${id}
          route=${route}
          onExplain=${onExplain}
          onDrain=${onDrain}
        />`}
    />
  </div>`;
}

/**
 * @template T
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.about
 * @param {string} [props.good] the word for what is not in trouble
 * @param {string} props.none
 * @param {unknown} [props.tools] what stands above the list
 * @param {readonly (readonly [string, T])[]} props.entries in the order of the file
 * @param {(thing: T) => Parameters<typeof isDegraded>[0]} props.infoOf
 * @param {(name: string, thing: T) => unknown} props.draw
 */
function Column({ title, about, good = 'healthy', none, tools, entries, infoOf, draw }) {
  const [shownMax, setShownMax] = useState(shownStep);
  const [search, setSearch] = useState('');
  const isLong = entries.length > shownStep;
  const found = isLong ? entries.filter(([name]) => name.includes(search.trim())) : entries;
  // Where not all fit, what is in trouble comes first; a short list keeps its order, so that
  // everything stays where it was.
  const ordered = isLong ? degradedFirst(found, infoOf) : found;
  const degraded = entries.filter(([, thing]) => isDegraded(infoOf(thing))).length;
  const id = `column-${title.toLowerCase()}`;
  return html`<section class="column" aria-labelledby=${id}>
    <h2 id=${id}>
      ${title} <span class="about">${about}</span>
      ${
        entries.length > 0 &&
        html`<span class="count"
          >${countText(entries.length - degraded, entries.length)} ${good}</span
        >`
      }
    </h2>
    ${tools}
    ${
      isLong &&
      html`<input
        type="search"
        class="search"
        aria-label=${`search ${title.toLowerCase()} by name`}
        placeholder=${`search ${title.toLowerCase()}: name`}
        value=${search}
        onInput=${(/** @type {Event & { currentTarget: HTMLInputElement }} */ event) =>
          setSearch(event.currentTarget.value)}
      />`
    }
    ${entries.length === 0 && html`<p class="note">${none}</p>`}
    <ul class="items">
      ${ordered.slice(0, shownMax).map(([name, thing]) => draw(name, thing))}
    </ul>
    ${
      ordered.length > shownMax &&
      html`<button type="button" class="more" onClick=${() => setShownMax(shownMax + shownStep)}>
        show ${Math.min(shownStep, ordered.length - shownMax)} more of ${ordered.length}
      </button>`
    }
  </section>`;
}

/**
 * @template T
 * @param {readonly (readonly [string, T])[]} entries
 * @param {(thing: T) => Parameters<typeof isDegraded>[0]} infoOf
 */
function degradedFirst(entries, infoOf) {
  const [degraded, good] = [true, false].map((isWanted) =>
    entries.filter(([, thing]) => isDegraded(infoOf(thing)) === isWanted),
  );
  return [...(degraded ?? []), ...(good ?? [])];
}
