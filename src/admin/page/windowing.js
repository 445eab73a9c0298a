/** Which rows of a long list are worth making. Pure. */

/** Rows made beyond each edge, so that a fast scroll does not show a gap. */
const overscanRows = 6;

/**
 * @param {number} count rows in the whole list
 * @param {number} rowPx height of each
 * @param {number} scrollPx how far the list is scrolled
 * @param {number} viewPx height of what can be seen
 * @returns {{ first: number, end: number, totalPx: number }} rows `first` up to, not with, `end`
 */
export function windowOf(count, rowPx, scrollPx, viewPx) {
  const top = Math.floor(Math.max(0, scrollPx) / rowPx);
  const seen = Math.ceil(viewPx / rowPx) + 1;
  // A list that became shorter than it is scrolled shows its last rows.
  const first = Math.max(0, Math.min(top, count - seen) - overscanRows);
  return { first, end: Math.min(count, top + seen + overscanRows), totalPx: count * rowPx };
}
