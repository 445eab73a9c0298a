import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** What was written to the kernel and read from it, in order. */
export interface Conversation {
  readonly lines: readonly { readonly from: 'us' | 'kernel'; readonly bytes: Uint8Array }[];
  readonly asked: readonly Uint8Array[];
  readonly answered: readonly Uint8Array[];
}

/** The golden conversation under the title that begins so; all of it without one. */
export function conversation(start = ''): Conversation {
  const lines: { from: 'us' | 'kernel'; bytes: Uint8Array }[] = [];
  let title = '';
  for (const line of goldenText('netlink.txt').split('\n')) {
    if (line.startsWith('# ')) title = line.slice(2);
    else if (line !== '' && title.startsWith(start)) {
      const bytes = Uint8Array.from(Buffer.from(line.slice(2), 'hex'));
      lines.push({ from: line.startsWith('>') ? 'us' : 'kernel', bytes });
    }
  }
  assert.notEqual(lines.length, 0, start);
  const of = (wanted: 'us' | 'kernel'): Uint8Array[] =>
    lines.filter(({ from }) => from === wanted).map(({ bytes }) => bytes);
  return { lines, asked: of('us'), answered: of('kernel') };
}

export function goldenText(name: string): string {
  return readFileSync(new URL(`../../golden/ipvs/${name}`, import.meta.url), 'utf8');
}

export function hex(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('hex');
}
