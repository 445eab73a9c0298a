import { cut, printable, widthOf } from './printable.ts';

/** No column takes more, so that one long name does not push the rest out. */
const columnMax = 44;

/** Between two columns. */
const gap = '  ';

/** One cell: its text, and how it is coloured after it was fitted. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/**
 * Rows of cells as lines of at most `widthMax` characters: each column as wide as
 * it must be, the last one takes what is left. Nothing of it can steer a terminal.
 */
export function tableLines(
  rows: readonly (readonly (string | Cell)[])[],
  indent: string,
  widthMax: number,
): readonly string[] {
  const texts = rows.map((row) => row.map(textOfCell));
  const widths = columnWidths(texts);
  return rows.map((row, index) => lineOf(row, texts[index] ?? [], widths, indent, widthMax));
}

function lineOf(
  row: readonly (string | Cell)[],
  texts: readonly string[],
  widths: readonly number[],
  indent: string,
  widthMax: number,
): string {
  let line = indent;
  let used = indent.length;
  for (let column = 0; column < texts.length; column += 1) {
    const isLast = column === texts.length - 1;
    const columnWidth = widths[column] ?? 0;
    // A column that nobody has anything in is none.
    if (!isLast && columnWidth === 0) continue;
    const space = used === indent.length ? '' : gap;
    const left = widthMax - used - space.length;
    if (left <= 0) break;
    const width = isLast ? left : Math.min(left, columnWidth);
    const fitted = cut(texts[column] ?? '', width);
    const padded = isLast ? fitted : fitted.padEnd(width);
    const cell = row[column];
    line += space + (typeof cell === 'object' ? (cell.paint?.(padded) ?? padded) : padded);
    used += space.length + width;
  }
  return line.trimEnd();
}

function columnWidths(texts: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of texts) {
    for (let column = 0; column < row.length; column += 1) {
      const width = Math.min(columnMax, widthOf(row[column] ?? ''));
      if (width > (widths[column] ?? -1)) widths[column] = width;
    }
  }
  return widths;
}

function textOfCell(cell: string | Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text);
}
