/** One service: the whole in one line and a bar, its real servers on demand. */
import { html, useState } from './vendor/preact.js';
import { Age } from './age.js';
import { Actions, DrainButton } from './actions.js';
import { DrainNote } from './item.js';
import { appearanceOf, isDegraded, Mark, StateWord } from './mark.js';
import { reasonText } from './loss.js';
import { memo } from './memo.js';
import { Rows } from './rows.js';
import { countsText } from './counts.js';
import { latencyText } from './wording.js';

/** @typedef {import('../../protocol/api.ts').ApiRealServer} ApiRealServer */
/** @typedef {import('./status-view.js').ServiceEntry} ServiceEntry */
/** @typedef {(name: string) => void} OnName */
/** @typedef {ReadonlySet<string>} Names */

/** A service with so few servers shows them unasked. */
const openMax = 6;
/** Servers in trouble that a closed service shows. */
const degradedMax = 4;
/** From here on a list can be reduced to what is in trouble. */
const filterMin = 12;
export const rowPx = 30;
const viewRows = 12;

export const ServiceItem = memo(
  /** @param {{ service: ServiceEntry, flapping: Names, onExplain: OnName, onDrain: OnName }} props */
  (props) => html`<${OneService} ...${props} />`,
);

/** @param {{ service: ServiceEntry, flapping: Names, onExplain: OnName, onDrain: OnName }} props */
function OneService({ service, flapping, onExplain, onDrain }) {
  const { info, servers, counts } = service;
  const [isOpen, setOpen] = useState(counts.total <= openMax);
  const look = appearanceOf(info);
  const degraded = isOpen ? [] : servers.filter(isDegraded);
  const id = `servers-of-${info.name}`;
  return html`<li class=${`item is-${look.state}`}>
    <button type="button" class="item-main" onClick=${() => onExplain(info.name)}>
      <span class="name">${info.name}</span>
      <${StateWord} state=${look.state} word=${look.word} />
      <${Age} since=${info.since} />
    </button>
    <${Capacity} service=${service} />
    ${info.state !== 'up' && info.reason && html`<p class="reason">${info.reason}</p>`}
    ${info.drain !== null && html`<${DrainNote} drain=${info.drain} />`}
    ${
      counts.total > 0 &&
      html`<button
        type="button"
        class="fold"
        aria-expanded=${String(isOpen)}
        aria-controls=${id}
        onClick=${() => setOpen(!isOpen)}
      >
        ${countsText(counts)}
        ${counts.latencyMs !== null && html`<span class="age">~${latencyText(counts.latencyMs)}</span>`}
      </button>`
    }
    <div id=${id}>
      ${
        isOpen
          ? html`<${Servers}
              service=${info.name}
              servers=${servers}
              flapping=${flapping}
              onExplain=${onExplain}
              onDrain=${onDrain}
            />`
          : degraded.length > 0 &&
            html`<${ServerRows}
              service=${info.name}
              servers=${degraded.slice(0, degradedMax)}
              flapping=${flapping}
              onExplain=${onExplain}
              onDrain=${onDrain}
            />`
      }
      ${
        degraded.length > degradedMax &&
        html`<p class="note">${degraded.length - degradedMax} more are not up</p>`
      }
    </div>
    <${Actions}
      kind="service"
      name=${info.name}
      drain=${info.drain}
      onExplain=${onExplain}
      onDrain=${onDrain}
    />
  </li>`;
}

/** @param {{ service: ServiceEntry }} props */
function Capacity({ service: { info } }) {
  const percent = Math.max(0, Math.min(100, info.capacity_pct));
  return html`<p class="facts">
    <meter
      min="0"
      max="100"
      low="50"
      optimum="100"
      value=${percent}
      aria-label=${`capacity of ${info.name}`}
    ></meter>
    capacity ${percent}% · quorum ${info.quorum} · ${info.virtual ?? 'health checks only, no IPVS'}
  </p>`;
}

/** @param {{ service: string, servers: readonly ApiRealServer[], flapping: Names, onExplain: OnName, onDrain: OnName }} props */
function Servers({ service, servers, flapping, onExplain, onDrain }) {
  const [isOnlyDegraded, setOnlyDegraded] = useState(false);
  const shown = isOnlyDegraded ? servers.filter(isDegraded) : servers;
  return html`${
    servers.length >= filterMin &&
    html`<label class="filter">
      <input
        type="checkbox"
        checked=${isOnlyDegraded}
        onChange=${() => setOnlyDegraded(!isOnlyDegraded)}
      />
      only servers that are not up
    </label>`
  }
  ${
    shown.length === 0
      ? html`<p class="note">all servers are up</p>`
      : html`<${ServerRows}
          service=${service}
          servers=${shown}
          flapping=${flapping}
          onExplain=${onExplain}
          onDrain=${onDrain}
        />`
  }`;
}

/** @param {{ service: string, servers: readonly ApiRealServer[], flapping: Names, onExplain: OnName, onDrain: OnName }} props */
function ServerRows({ service, servers, flapping, onExplain, onDrain }) {
  return html`<${Rows}
    items=${servers}
    rowPx=${rowPx}
    viewRows=${viewRows}
    label=${`real servers of ${service}`}
    keyOf=${(/** @type {ApiRealServer} */ server) => server.address}
    draw=${(/** @type {ApiRealServer} */ server) =>
      html`<${ServerRow}
        service=${service}
        server=${server}
        isFlapping=${flapping.has(`${service}/${server.address}`)}
        onExplain=${onExplain}
        onDrain=${onDrain}
      />`}
  />`;
}

export const ServerRow = memo(
  /**
   * @param {object} props
   * @param {string} props.service
   * @param {ApiRealServer} props.server
   * @param {string} [props.shown] how it is called where it does not stand below its service
   * @param {boolean} props.isFlapping
   * @param {OnName} props.onExplain
   * @param {OnName} props.onDrain
   */
  ({ service, server, shown, isFlapping, onExplain, onDrain }) => {
    const { address, state, since, latency_ms: latencyMs } = server;
    const reason = reasonText(server);
    const look = appearanceOf(server);
    const facts = [
      weightText(server),
      latencyMs === null || state !== 'up' ? '' : latencyText(latencyMs),
    ];
    const kept = state === 'down' && server.pooled ? 'still in the pool (min_pooled)' : '';
    return html`<div class="row-line">
      <button
        type="button"
        class=${`row is-${look.state}`}
        title=${reason}
        onClick=${() => onExplain(`${service}/${address}`)}
      >
        <${Mark} state=${look.state} />
        <span class="name">${shown ?? address}</span>
        <span class="word">${look.word}${isFlapping && ', flapping'}</span>
        <span class="why">${[reason, kept].filter(Boolean).join(' · ')}</span>
        <span class="facts">${facts.filter(Boolean).join(' · ')}</span>
        <${Age} since=${since} /></button
      ><${DrainButton}
        kind="real server"
        name=${`${service}/${address}`}
        drain=${server.drain}
        onDrain=${onDrain}
      />
    </div>`;
  },
);

/** @param {ApiRealServer} server */
function weightText(server) {
  const { weight, base_weight: base, removed, active_connections: active } = server;
  if (server.in_table === false) return 'not in the IPVS table';
  const carried = typeof active === 'number' ? `${active} conn` : '';
  if (weight === null) return carried;
  const of = base === null || base === weight ? '' : `/${base}`;
  return [`weight ${weight}${of}`, removed === true ? 'removed' : '', carried]
    .filter(Boolean)
    .join(' · ');
}
