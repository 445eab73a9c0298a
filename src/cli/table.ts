import { isPlainAscii, withoutControls } from '../protocol/printable.ts';
import { cut, widthOf } from './printable.ts';

/** No column takes more, so that one long name does not push the rest out. */
const COLUMN_MAX = 44;

/** However little room there is, this much of a column is shown. */
const COLUMN_MIN = 12;

/** What is left for the last column must be at least this, or what does not fit gets its own line. */
const LAST_MIN = 40;

/** Between two columns. */
const GAP = '  ';

/** A line that goes on with its row. */
const CONTINUED = '    ';

/** One cell: its text, and how it is coloured after it was fitted. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** Takes the rest of its line; what follows it comes on the next one. */
  readonly isWide?: true;
}

/** The cells of a row as they are shown; nearly all are ASCII, whose width needs no looking. */
interface Row {
  readonly texts: readonly string[];
  readonly width: (text: string) => number;
  /** The column that takes the rest of the line; -1: none. */
  readonly wideAt: number;
}

/**
 * Rows of cells, each as one or two lines of at most `widthMax` characters: each column as wide
 * as it must be, the last one takes what is left. Where that is little, a last cell that does not
 * fit follows on a line of its own: it has the reason, which the row is read for.
 * Nothing of it can steer a terminal. `Infinity`: nothing is cut.
 */
export function tableRows(
  cells: readonly (readonly (string | Cell)[])[],
  indent: string,
  widthMax: number,
): readonly (readonly string[])[] {
  const rows = cells.map(rowOf);
  const widths = columnWidths(rows, widthMax - indent.length);
  // How much the columns before each take: worked out once, for there may be 5,000 rows.
  const used = [0, ...widths.map((_, column) => usedBy(widths.slice(0, column + 1)))];
  return rows.map(({ texts, width, wideAt }, index) => {
    const row = cells[index] ?? [];
    if (wideAt >= 0) return wideLines(row, texts, wideAt, widths, indent, widthMax);
    const last = texts.at(-1) ?? '';
    const left = widthMax - indent.length - (used[texts.length - 1] ?? 0);
    if (left >= LAST_MIN || width(last) <= left) {
      return [lineOf(row, texts, widths, indent, widthMax)];
    }
    const start = indent + CONTINUED;
    return [
      lineOf(row.slice(0, -1), [...texts.slice(0, -1), ''], widths, indent, widthMax),
      start + cut(last, widthMax - start.length),
    ];
  });
}

/** The lines of all rows. */
export function tableLines(
  rows: readonly (readonly (string | Cell)[])[],
  indent: string,
  widthMax: number,
): readonly string[] {
  return tableRows(rows, indent, widthMax).flat();
}

/** A row up to its wide cell, and the cells behind it below, one after the other. */
function wideLines(
  row: readonly (string | Cell)[],
  texts: readonly string[],
  wideAt: number,
  widths: readonly number[],
  indent: string,
  widthMax: number,
): readonly string[] {
  const end = wideAt + 1;
  const rest = texts.slice(end).filter((text) => text !== '');
  const first = lineOf(row.slice(0, end), texts.slice(0, end), widths, indent, widthMax);
  if (rest.length === 0) return [first];
  const start = indent + CONTINUED;
  return [first, start + cut(rest.join(GAP), widthMax - start.length)];
}

function lineOf(
  row: readonly (string | Cell)[],
  texts: readonly string[],
  widths: readonly number[],
  indent: string,
  widthMax: number,
): string {
  // Joined at the end: 5,000 lines of a dozen parts each would all be kept as parts.
  const parts = [indent];
  let used = indent.length;
  for (let column = 0; column < texts.length; column += 1) {
    const isLast = column === texts.length - 1;
    const columnWidth = widths[column] ?? 0;
    // A column that is empty in each row is left out.
    if (!isLast && columnWidth === 0) continue;
    const space = used === indent.length ? '' : GAP;
    const left = widthMax - used - space.length;
    if (left <= 0) break;
    const width = isLast ? left : Math.min(left, columnWidth);
    const fitted = cut(texts[column] ?? '', width);
    const padded = isLast ? fitted : fitted.padEnd(width);
    const cell = row[column];
    parts.push(space, typeof cell === 'object' ? (cell.paint?.(padded) ?? padded) : padded);
    used += space.length + width;
  }
  return parts.join('').trimEnd();
}

/** As wide as their widest text; where they do not fit next to each other, the widest give way. */
function columnWidths(rows: readonly Row[], widthMax: number): readonly number[] {
  const widths: number[] = [];
  const textMax = widthMax === Infinity ? Infinity : COLUMN_MAX;
  for (const { texts, width, wideAt } of rows) {
    const end = wideAt >= 0 ? wideAt : texts.length - 1;
    for (let column = 0; column < end; column += 1) {
      const wide = Math.min(textMax, width(texts[column] ?? ''));
      if (wide > (widths[column] ?? -1)) widths[column] = wide;
    }
  }
  for (let over = usedBy(widths) - widthMax; over > 0; over -= 1) {
    const widest = Math.max(...widths);
    if (widest <= COLUMN_MIN) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** With the gap behind each. */
function usedBy(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + (width === 0 ? 0 : width + GAP.length), 0);
}

/** One look at a whole row: nearly all of 5,000 have nothing to replace. */
function rowOf(cells: readonly (string | Cell)[]): Row {
  const texts = cells.map((cell) => (typeof cell === 'string' ? cell : cell.text));
  const wideAt = cells.findIndex((cell) => typeof cell === 'object' && cell.isWide === true);
  return isPlainAscii(texts.join(''))
    ? { texts, width: lengthOf, wideAt }
    : { texts: texts.map(withoutControls), width: widthOf, wideAt };
}

function lengthOf(text: string): number {
  return text.length;
}
