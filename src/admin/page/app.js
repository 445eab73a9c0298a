/** The whole page, drawn from what is known. */
import { html, useRef } from './vendor/preact.js';
import { Age, nodeNowMs } from './age.js';
import { Actions } from './actions.js';
import { Columns } from './columns.js';
import { Explain } from './explain.js';
import { DrainNote } from './item.js';
import { flappingOf } from './filter.js';
import { EntryList, lookOf } from './lists.js';
import { MaintenanceDialog } from './maintenance.js';
import { StateWord } from './mark.js';
import { Plots } from './plots.js';
import { headline } from './counts.js';
import { Timeline } from './timeline.js';

/** @typedef {import('./model.js').Model} Model */

/** The sentence's mark says as much as its colour. */
const levelLook = { good: 'up', warn: 'held', bad: 'down' };

/** @param {{ model: Model, frame: number }} props */
export function App({ model }) {
  const { view, transitions, actions, explained, maintained } = model;
  const onExplain = model.explain;
  const nowMs = nodeNowMs();
  const shown = transitions.since(nowMs - 60 * 60 * 1000);
  const flapping = useRef(/** @type {ReadonlySet<string>} */ (new Set()));
  flapping.current = flappingOf(shown, nowMs, flapping.current);
  return html`<${Header} model=${model} />
    <${Stale} model=${model} />
    <main>
      <${Columns}
        view=${view}
        flapping=${flapping.current}
        onExplain=${onExplain}
        onDrain=${model.maintain}
      />
      <section class="panel" aria-labelledby="timeline">
        <h2 id="timeline">The last hour <span class="about">state changes</span></h2>
        <${Timeline} entries=${shown} nowMs=${nowMs} />
      </section>
      <div class="pair">
        <${EntryList}
          title="Changes"
          entries=${shown}
          none="no state change in the last hour"
          onExplain=${onExplain}
        />
        <${EntryList}
          title="Actions"
          entries=${actions.latest()}
          none="no command to ExaBGP or IPVS in the last hour"
          onExplain=${onExplain}
        />
      </div>
      <${Plots} latency=${model.latency} reaction=${model.reaction} />
    </main>
    ${
      explained !== null &&
      html`<${Explain}
        key=${explained}
        name=${explained}
        change=${model.changes}
        mayDrain=${model.mayDrain}
        onClose=${model.closeDialog}
      />`
    }
    ${
      maintained !== null &&
      html`<${MaintenanceDialog}
        key=${maintained}
        name=${maintained}
        drain=${view.drainOf(maintained)}
        mayDrain=${model.mayDrain}
        onClose=${model.closeDialog}
      />`
    }`;
}

/** @param {{ model: Model }} props */
function Header({ model: { view, startedAt, explain, maintain } }) {
  const { status } = view;
  if (status === null) return null;
  const { level, text } = headline(view);
  return html`<header class="top">
    <h1>
      <span class="node">${status.node}</span>
      <span class="about"
        >routevane ${status.version} · running for <${Age} since=${startedAt}
      /></span>
    </h1>
    <p class=${`headline level-${level}`}>
      <${StateWord} state=${levelLook[level]} word=${text} />
    </p>
    <ul class="sinks" aria-label="outputs">
      ${[...view.sinks.values()].map(
        (sink) =>
          html`<li key=${sink.name} title=${sink.reason ?? ''}>
            <${StateWord} state=${lookOf(sink.state)} word=${sinkWords(sink)} />
          </li>`,
      )}
    </ul>
    <${Actions}
      kind="node"
      name="node"
      drain=${status.drain}
      onExplain=${explain}
      onDrain=${maintain}
    />
    ${status.drain && html`<${DrainNote} drain=${status.drain} />`}
  </header>`;
}

/** @param {import('../../protocol/api.ts').ApiSink} sink */
function sinkWords({ name, state, pending, rejected, peer_version: version }) {
  const facts = [
    state,
    pending > 0 ? `${pending} pending` : '',
    rejected > 0 ? `${rejected} rejected` : '',
  ];
  return `${name}${version === null ? '' : ` ${version}`}: ${facts.filter(Boolean).join(', ')}`;
}

/** @param {{ model: Model }} props */
function Stale({ model: { connection, heardAt, retryNow } }) {
  if (connection === 'live') return null;
  // The age counts outside of the alert: a reader would say it again each second.
  return html`<div class="stale">
    <strong role="alert">Not connected to routevane. Reconnecting.</strong>
    <span> This data is <${Age} since=${heardAt} /> old.</span>
    <button type="button" onClick=${retryNow}>Reconnect now</button>
  </div>`;
}
