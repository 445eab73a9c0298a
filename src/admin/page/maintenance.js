/** Draining and undraining one thing, in a dialog of its own or at the end of its explanation. */
import { html, useState } from './vendor/preact.js';
import { Dialog } from './dialog.js';
import { DrainForm } from './drain-form.js';
import { DrainNote } from './item.js';

/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */

/**
 * @param {object} props
 * @param {string} props.name
 * @param {ApiDrain | null} props.drain
 * @param {boolean} props.mayDrain
 * @param {() => void} props.onClose
 */
export function MaintenanceDialog({ name, drain: now, mayDrain, onClose }) {
  // As it was when it was opened: no button becomes its opposite under somebody's finger.
  const [drain] = useState(now);
  return html`<${Dialog}
    title=${`${drain === null ? 'Drain' : 'Undrain'} ${name}`}
    onClose=${onClose}
  >
    ${drain !== null && html`<${DrainNote} drain=${drain} />`}
    <${MaintenancePanel} name=${name} drain=${drain} mayDrain=${mayDrain} onDone=${onClose} />
  <//>`;
}

/**
 * @param {object} props
 * @param {string} props.name
 * @param {ApiDrain | null} props.drain
 * @param {boolean} props.mayDrain
 * @param {() => void} props.onDone
 */
export function MaintenancePanel({ name, drain, mayDrain, onDone }) {
  if (drain !== null && drain.name !== name) {
    return html`<p class="note">
      ${name} is in maintenance with ${drain.name}: undrain ${drain.name} to end it.
    </p>`;
  }
  if (mayDrain) return html`<${DrainForm} name=${name} drain=${drain} onDone=${onDone} />`;
  return html`<p class="note">
    Set <code>admin.token_file</code> to drain from this page. On the node, run${' '}<code
      >routevane ${drain === null ? 'drain' : 'undrain'} ${name}</code
    >
  </p>`;
}
