import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('log-child.ts', import.meta.url));

describe('the log', () => {
  test('never blocks on a reader that stopped, and says afterwards what is missing', async () => {
    const process_ = spawn(process.execPath, ['--import', 'tsx', child, 'full', '20000']);
    const exited = once(process_, 'exit');
    // Nobody reads stderr yet: that it gets here proves that writing did not block.
    await once(process_.stdout, 'data');
    const events = new Map<string, number>();
    let missing = 0;
    for await (const text of createInterface({ input: process_.stderr })) {
      const line: unknown = JSON.parse(text);
      assert.ok(typeof line === 'object' && line !== null && 'event' in line);
      const event = String(line.event);
      events.set(event, (events.get(event) ?? 0) + 1);
      if (event !== 'log_dropped') continue;
      assert.ok('lines' in line);
      missing = Number(line.lines);
      process_.stdin.end();
    }
    assert.equal((await exited)[0], 0);
    assert.equal(events.get('log_dropped'), 1);
    assert.equal((events.get('filled') ?? 0) + missing, 20_000);
  });

  test('drops debug lines first, and counts them', async () => {
    const process_ = spawn(process.execPath, ['--import', 'tsx', child, 'levels', '20000']);
    await once(process_.stdout, 'data');
    const events = new Map<unknown, number>();
    let missing = 0;
    for await (const text of createInterface({ input: process_.stderr })) {
      const line: object = Object(JSON.parse(text));
      const event: unknown = Reflect.get(line, 'event');
      events.set(event, (events.get(event) ?? 0) + 1);
      if (event !== 'log_dropped') continue;
      missing = Number(Reflect.get(line, 'lines'));
      process_.stdin.end();
    }
    assert.equal(events.get('matters'), 4000);
    const kept = events.get('filled') ?? 0;
    assert.ok(kept < 3000, `${kept} lines of debug were kept`);
    assert.equal(kept + missing, 20_000);
  });

  for (const how of ['end', 'now']) {
    test(`${how}: the last lines of a process are all there, and in order`, async () => {
      // With one processor the thread that writes may not have begun when all ends.
      const [, cpu = '0'] = /^Cpus_allowed_list:\s*(\d+)/mu.exec(ownStatus()) ?? [];
      for (let time = 0; time < 8; time += 1) {
        const command = [process.execPath, '--import', 'tsx', child, how, '50'];
        const process_ = spawn('taskset', ['-c', cpu, ...command]);
        const lines: unknown[] = [];
        for await (const text of createInterface({ input: process_.stderr })) {
          lines.push(Reflect.get(Object(JSON.parse(text)), 'line'));
        }
        assert.deepEqual(
          lines,
          Array.from({ length: 50 }, (_, line) => line),
        );
      }
    });
  }
});

function ownStatus(): string {
  return readFileSync('/proc/self/status', 'utf8');
}
