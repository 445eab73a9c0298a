import { html, useLayoutEffect, useRef } from './vendor/preact.js';

/**
 * The browser's own modal dialog: it keeps the focus inside, closes with Escape, and gives the
 * focus back to what opened it.
 *
 * @param {{ title: string, onClose: () => void, children?: unknown }} props
 */
export function Dialog({ title, onClose, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const { current } = element;
    current?.showModal();
    return () => current?.close();
  }, []);
  return html`<dialog ref=${element} aria-labelledby="dialog-title" onClose=${onClose}>
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button type="button" onClick=${() => element.current?.close()}>Close</button>
    </header>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}
