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
  const cells = rows.map((row) => row.map(clean));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.min(columnMax, Math.max(...cells.map((row) => lengthOf(row[column])))),
  );
  return cells.map((row) => {
    let line = indent;
    let used = indent.length;
    for (const [column, cell] of row.entries()) {
      const isLast = column === row.length - 1;
      // A column that nobody has anything in is none.
      if (!isLast && widths[column] === 0) continue;
      const space = used === indent.length ? '' : gap;
      const left = widthMax - used - space.length;
      if (left <= 0) break;
      const width = Math.min(left, isLast ? left : (widths[column] ?? 0));
      const fitted = cut(cell.text, width);
      const padded = isLast ? fitted : fitted.padEnd(width);
      line += space + (cell.paint?.(padded) ?? padded);
      used += space.length + width;
    }
    return line.trimEnd();
  });
}

function clean(cell: string | Cell): Cell {
  if (typeof cell === 'string') return { text: printable(cell) };
  return { ...cell, text: printable(cell.text) };
}

function lengthOf(cell: Cell | undefined): number {
  return cell === undefined ? 0 : widthOf(cell.text);
}
