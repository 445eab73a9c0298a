import { elapsedText } from '../admin/page/wording.js';
import { isPlainAscii } from '../protocol/printable.ts';

/** Colours of a terminal (ECMA-48, select graphic rendition). */
const colours = { red: 31, green: 32, yellow: 33, bold: 1 } as const;

export type Paint = (text: string, colour: keyof typeof colours) => string;

/** Characters, not halves of them. */
export function widthOf(text: string): number {
  return isPlainAscii(text) ? text.length : Array.from(text).length;
}

/** Colours only on a terminal, and not with NO_COLOR (no-color.org). */
export function painter({ isTTY }: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR: noColor = '', TERM: term = '' } = process.env;
  if (isTTY !== true || noColor !== '' || term === 'dumb') return (text) => text;
  return (text, colour) => `\u001b[${colours[colour]}m${text}\u001b[0m`;
}

/** Cut with an ellipsis to at most this many characters. */
export function cut(text: string, widthMax: number): string {
  if (text.length <= widthMax) return text;
  const characters = Array.from(text);
  if (characters.length <= widthMax) return text;
  return `${characters.slice(0, Math.max(0, widthMax - 1)).join('')}…`;
}

/** How long ago an RFC 3339 time was. */
export function agoText(time: string, wallMs: number): string {
  const atMs = Date.parse(time);
  return Number.isNaN(atMs) ? '-' : elapsedText(wallMs - atMs);
}

/** `2026-11-22 03:14:15` in local time, as the reader's watch has it. */
export function timeText(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '-';
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-');
  return `${day} ${clockText(date)}`;
}

/** `03:14:15.926`. */
export function momentText(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '-';
  return `${clockText(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function clockText(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
