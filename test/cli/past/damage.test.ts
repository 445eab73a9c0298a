import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { journalPast } from '../../../src/cli/past/read-past.ts';
import { at, head, health, line, place, readAll, span } from './fixtures.ts';

describe('a journal that is damaged', () => {
  test('is read but for its bad lines, which are one problem', async (context) => {
    const file = place(context);
    const bad = ['garbage\u0000', '{"kind":"health","name":7}', '{"kind":"newer"}', '[]', '{}'];
    writeFileSync(
      file,
      `${health('too early', 9)}${head()}${health('a', 8)}${bad.join('\n')}\n${health('b', 7)}`,
    );
    const { events, problem } = await readAll(file);
    assert.deepEqual(
      events.map(([what]) => what),
      ['a down', 'b down'],
    );
    assert.equal(problem, `${file}:1: no line before it has the time, and 5 lines more`);
  });

  test('or of another version is left out up to where ours begins', async (context) => {
    const file = place(context);
    writeFileSync(file, head('start', 2) + health('a', 8) + head() + health('b', 7));
    const { events, problem } = await readAll(file);
    assert.deepEqual(
      events.map(([what]) => what),
      ['b down'],
    );
    assert.equal(problem, `${file}:1: the journal of another version`);
  });

  test('is not followed through a link, and no FIFO is waited for', async (context) => {
    const file = place(context);
    symlinkSync('/etc/hosts', file);
    assert.match((await readAll(file)).problem ?? '', /journal\.jsonl: .*ELOOP/u);
    const other = place(context);
    execFileSync('mkfifo', [other]);
    assert.match((await readAll(other)).problem ?? '', /journal\.jsonl: not a regular file/u);
  });
});

test('a full file is read within slices that leave the loop to others', async (context) => {
  const file = place(context);
  const piece = Array.from({ length: 2000 }, (_, n) => {
    const signal = `web/10.0.${n % 256}.1:80`;
    const seen = line({ kind: 'observation', signal, state: 'up', reason: '', ...at(n) });
    return seen + line({ kind: 'turn', ...at(n) }) + health(signal, n);
  }).join('');
  const pieces = Math.ceil((32 << 20) / piece.length);
  writeFileSync(file, head() + piece.repeat(pieces));
  const rounds = new LoopRounds();
  const beganMs = performance.now();
  let count = 0;
  const problem = await journalPast(file)(span, () => (count += 1), new AbortController().signal);
  const tookMs = performance.now() - beganMs;
  const { maxCpuMs, totalCpuMs } = rounds.end();
  context.diagnostic(
    `32 MiB with ${count} changes in ${tookMs.toFixed(0)} ms, CPU ${totalCpuMs.toFixed(0)} ms, ${maxCpuMs.toFixed(1)} ms at once at most`,
  );
  assert.deepEqual([count, problem], [span.changesMax, null]);
  // Of our own time, because this machine may be busy with others.
  assert.ok(maxCpuMs < 50, `${maxCpuMs} ms at once`);
});

/** How much CPU time each round of the loop takes. */
class LoopRounds {
  readonly #start = process.cpuUsage();
  #last = this.#start;
  #maxCpuMs = 0;
  #next = setImmediate(() => this.#round());

  end(): { readonly maxCpuMs: number; readonly totalCpuMs: number } {
    clearImmediate(this.#next);
    return { maxCpuMs: this.#maxCpuMs, totalCpuMs: cpuMs(process.cpuUsage(this.#start)) };
  }

  #round(): void {
    this.#maxCpuMs = Math.max(this.#maxCpuMs, cpuMs(process.cpuUsage(this.#last)));
    this.#last = process.cpuUsage();
    this.#next = setImmediate(() => this.#round());
  }
}

function cpuMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

test('reading ends at the given place', async (context) => {
  const file = place(context);
  writeFileSync(file, head() + health('a', 1));
  const end = new AbortController();
  end.abort();
  assert.deepEqual((await readAll(file, end.signal)).events, []);
});
