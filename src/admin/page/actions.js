/** The buttons of a card: why it is as it is, and its maintenance. */
import { html } from './vendor/preact.js';

/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */

/**
 * @param {object} props
 * @param {string} props.kind `route`, `service`, `real server`
 * @param {string} props.name
 * @param {ApiDrain | null | undefined} props.drain
 * @param {(name: string) => void} props.onExplain
 * @param {(name: string) => void} props.onDrain
 */
export function Actions({ kind, name, drain, onExplain, onDrain }) {
  return html`<p class="actions">
    <button
      type="button"
      aria-label=${`Why: ${nameOf(kind, name)}`}
      onClick=${() => onExplain(name)}
    >
      Why
    </button>
    <${DrainButton} kind=${kind} name=${name} drain=${drain} onDrain=${onDrain} />
  </p>`;
}

/**
 * Opens the dialog that drains or undrains.
 *
 * @param {object} props
 * @param {string} props.kind
 * @param {string} props.name
 * @param {ApiDrain | null | undefined} props.drain
 * @param {(name: string) => void} props.onDrain
 */
export function DrainButton({ kind, name, drain, onDrain }) {
  const verb = drain === null || drain === undefined ? 'Drain' : 'Undrain';
  return html`<button
    type="button"
    class="drain-button"
    aria-label=${`${verb} ${nameOf(kind, name)}`}
    aria-haspopup="dialog"
    onClick=${() => onDrain(name)}
  >
    ${name === 'node' ? `${verb} node` : verb}
  </button>`;
}

/**
 * There is one node, and its buttons stand where nothing else says what they are about.
 *
 * @param {string} kind
 * @param {string} name
 */
function nameOf(kind, name) {
  return name === 'node' ? 'node' : `${kind} ${name}`;
}
