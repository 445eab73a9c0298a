import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { eventsInCode } from '../cli/log-events.ts';
import { accepted } from '../config/read.ts';

const page = textOf('docs/operations.md');
const faults = page
  .slice(page.indexOf('## When things break'))
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split(' | ').map((cell) => cell.trim()));

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Every word in backticks that could be a name. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/`([a-z]\w*_\w+)`/gu)].map(([, name = '']) => name);
}

describe('docs/operations.md', () => {
  test('says of each fault what routevane does, what one sees, and what to do', () => {
    assert.ok(faults.length >= 30, `${faults.length} faults`);
    for (const cells of faults) {
      assert.equal(cells.length, 4, cells[0]);
      for (const cell of cells) assert.notEqual(cell.replaceAll('|', '').trim(), '', cells[0]);
    }
  });

  test('names events that the program logs, alerts that the rules have', () => {
    const events = eventsInCode();
    const alerts = textOf('config/prometheus-rules.yaml');
    const seen = faults.map(([, , what = '']) => what);
    const named = seen.flatMap(namesIn);
    assert.ok(named.length >= 30, named.join(' '));
    assert.deepEqual(
      named.filter((name) => !events.has(name) && name !== 'rejected'),
      [],
    );
    for (const [, alert = ''] of seen.join('\n').matchAll(/`(Routevane\w+)`/gu)) {
      assert.ok(alerts.includes(`alert: ${alert}\n`), alert);
    }
  });

  test('has a configuration that check accepts', () => {
    const blocks = [...page.matchAll(/```yaml\n(.*?)```/gsu)].map(([, text = '']) => text);
    assert.ok(blocks.length > 0);
    for (const block of blocks) accepted(block);
  });
});
