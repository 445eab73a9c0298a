import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Fault, type MonitorMethod } from '../../src/ovsdb-client/index.ts';
import { parseNotice } from '../../src/ovsdb-client/monitor-request.ts';
import { MonitorTask } from '../../src/ovsdb-client/monitor-task.ts';
import { Framer } from '../../src/ovsdb-client/wire/framing.ts';
import { parseMessage } from '../../src/ovsdb-client/wire/json-rpc.ts';
import type { Done } from '../../src/ovsdb-client/wire/pending.ts';
import { goldenDir, goldenSpec, plain, recordings } from './golden.ts';
import { ManualClock } from './manual-clock.ts';

/** Replays what a server sent, in these chunks, and returns what the user is told. */
function replay(method: MonitorMethod, chunks: readonly Uint8Array[]): readonly unknown[] {
  const told: unknown[] = [];
  const clock = new ManualClock();
  let monitors = 0;
  const task = new MonitorTask(
    { ...goldenSpec, method },
    {
      sync: (_, changes) => told.push({ kind: 'sync', changes }),
      changes: (changes) => told.push({ kind: 'changes', changes }),
      stale: (reason) => told.push({ kind: 'stale', reason }),
    },
    {
      clock,
      random: () => 0,
      newId: () => {
        monitors += 1;
        return `m${monitors}`;
      },
      settled: () => {},
    },
  );
  const waiting = new Map<unknown, Done>();
  // The first request of a connection, set_db_change_aware, was the client's own.
  let lastId = 1;
  task.begin({
    request: (_method, _params, done) => {
      lastId += 1;
      waiting.set(lastId, done);
    },
    drop: (reason) => told.push({ dropped: reason }),
  });
  const framer = new Framer(1_000_000);
  for (const chunk of chunks) {
    const { messages, fault } = framer.push(chunk);
    assert.equal(fault, null);
    for (const json of messages) {
      const message = parseMessage(json);
      assert.ok(!(message instanceof Fault));
      if (message.kind === 'notification') {
        const notice = parseNotice(message.method, message.params);
        if (notice !== null) task.notice(notice);
      } else if (message.kind === 'result' || message.kind === 'error') {
        // An answer to what was not asked yet: the retry after the cancellation is due.
        if (Number(message.id) > lastId) clock.pass(10_000);
        waiting.get(message.id)?.(message);
      }
    }
  }
  return told;
}

describe('what a real ovsdb-server sent', () => {
  for (const { name, method } of recordings) {
    const bytes = readFileSync(new URL(`${name}.bytes`, goldenDir));
    const expected: unknown = JSON.parse(
      readFileSync(new URL(`${name}.told.json`, goldenDir), 'utf8'),
    );

    test(`${name}: byte by byte`, () => {
      const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
      assert.deepEqual(plain(replay(method, single)), expected);
    });

    test(`${name}: cut at every byte`, () => {
      const text = JSON.stringify(expected);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const told = replay(method, [bytes.subarray(0, cut), bytes.subarray(cut)]);
        assert.equal(JSON.stringify(plain(told)), text, `cut at ${cut}`);
      }
    });
  }

  test('all three ways tell the same', () => {
    const shapes = recordings.map(({ name }) => {
      const text = readFileSync(new URL(`${name}.told.json`, goldenDir), 'utf8');
      // The recordings are of three servers: only the uuids differ.
      return text
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, 'uuid')
        .split('\n')
        .toSorted();
    });
    assert.deepEqual(shapes[1], shapes[0]);
    assert.deepEqual(shapes[2], shapes[0]);
  });
});
