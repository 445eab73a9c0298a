/** A long list of which only the rows that can be seen exist. */
import { html, useState } from './vendor/preact.js';
import { windowOf } from './windowing.js';

/**
 * @template T
 * @param {object} props
 * @param {readonly T[]} props.items
 * @param {number} props.rowPx height of each row, as in the style sheet
 * @param {number} props.viewRows rows that are seen at once, at most
 * @param {string} props.label
 * @param {(item: T) => string | number} props.keyOf
 * @param {(item: T) => unknown} props.draw
 */
export function Rows({ items, rowPx, viewRows, label, keyOf, draw }) {
  const [scrollPx, setScrollPx] = useState(0);
  const viewPx = Math.min(items.length, viewRows) * rowPx;
  const { first, end, totalPx } = windowOf(items.length, rowPx, scrollPx, viewPx);
  return html`<div
    class="rows"
    style=${`height: ${viewPx}px`}
    onScroll=${(/** @type {Event & { currentTarget: Element }} */ event) =>
      setScrollPx(event.currentTarget.scrollTop)}
    onKeyDown=${moveFocus}
  >
    <ul aria-label=${label} style=${`height: ${totalPx}px`}>
      ${items
        .slice(first, end)
        .map(
          (item, at) =>
            html`<li
              key=${keyOf(item)}
              style=${`top: ${(first + at) * rowPx}px; height: ${rowPx}px`}
              aria-setsize=${items.length}
              aria-posinset=${first + at + 1}
            >
              ${draw(item)}
            </li>`,
        )}
    </ul>
  </div>`;
}

/**
 * Arrow keys go from row to row, as Tab does, without leaving the list at its end.
 *
 * @param {KeyboardEvent} event
 */
function moveFocus(event) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = event.target instanceof Element ? event.target.closest('li') : null;
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const at = [...(row?.querySelectorAll('button') ?? [])].findIndex((one) => one === event.target);
  const button = next?.querySelectorAll('button')[Math.max(0, at)];
  if (button === undefined) return;
  event.preventDefault();
  button.focus();
}
