import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseLinkMessages } from '../../src/protocol/rtnetlink.ts';

/** What a kernel sent, by the words that stand above it. */
const golden = readGolden(new URL('../golden/rtnetlink.txt', import.meta.url));

function readGolden(url: URL): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  let title = '';
  for (const line of readFileSync(url, 'utf8').split('\n')) {
    if (line.startsWith('# ')) title = line.slice(2);
    else if (line !== '') found.set(title, Uint8Array.from(Buffer.from(line, 'hex')));
  }
  return found;
}

function datagram(start: string): Uint8Array {
  const found = [...golden].find(([title]) => title.startsWith(start));
  assert.ok(found, start);
  return found[1];
}

test('golden: an interface with carrier', () => {
  const facts = { index: 3, isAdminUp: true, hasCarrier: true, operState: 'up' };
  const message = { kind: 'link', name: 'vb0', facts };
  assert.deepEqual(parseLinkMessages(datagram('vb0 (index 3): up')), [message]);
});

test('golden: an interface without carrier', () => {
  const facts = { index: 4, isAdminUp: true, hasCarrier: false, operState: 'lowerlayerdown' };
  const message = { kind: 'link', name: 'va0', facts };
  assert.deepEqual(parseLinkMessages(datagram('va0 (index 4): up without')), [message]);
});

test('golden: an interface that is switched off', () => {
  const facts = { index: 3, isAdminUp: false, hasCarrier: false, operState: 'down' };
  const message = { kind: 'link', name: 'vb0', facts };
  assert.deepEqual(parseLinkMessages(datagram('vb0 (index 3): switched off')), [message]);
});

test('golden: a rename and a removal', () => {
  const [renamed] = parseLinkMessages(datagram('va0 is renamed'));
  assert.ok(renamed?.kind === 'link');
  assert.equal(renamed.name, 'vc0');
  assert.equal(renamed.facts.index, 4);
  const gone = { kind: 'gone', name: 'vc0', index: 4 };
  assert.deepEqual(parseLinkMessages(datagram('vc0 is deleted')), [gone]);
});

test('golden: the removal of a bridge port removes no interface', () => {
  assert.deepEqual(parseLinkMessages(datagram('va0 leaves its bridge')), []);
});

test('several messages in one datagram are reported in order', () => {
  const all = [...golden.values()];
  const joined = Uint8Array.from(all.flatMap((bytes) => [...bytes]));
  assert.deepEqual(parseLinkMessages(joined), all.flatMap(parseLinkMessages));
});

test('a datagram may lie anywhere in its buffer', () => {
  const bytes = datagram('vb0 (index 3): up');
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  assert.deepEqual(parseLinkMessages(shifted), parseLinkMessages(bytes));
});

test('a datagram that is cut anywhere is said to be broken', () => {
  for (const bytes of golden.values()) {
    assert.deepEqual(parseLinkMessages(bytes.subarray(0, 0)), []);
    for (let length = 1; length < bytes.length; length += 1) {
      const [message] = parseLinkMessages(bytes.subarray(0, length));
      assert.equal(message?.kind, 'broken');
    }
  }
});

test('messages of other types are passed over', () => {
  const other = datagram('vb0 (index 3): up').slice();
  // RTM_NEWADDR
  other[4] = 20;
  assert.deepEqual(parseLinkMessages(other), []);
});

test('an attribute whose length points outside breaks its message', () => {
  const bytes = datagram('vb0 (index 3): up').slice();
  bytes[32] = 0xff;
  bytes[33] = 0xff;
  const reason = 'a link message with damaged attributes';
  assert.deepEqual(parseLinkMessages(bytes), [{ kind: 'broken', reason }]);
});

test('property: whatever comes, it ends and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseLinkMessages(bytes)),
  );
  const damage = fc.tuple(fc.constantFrom(...golden.values()), fc.nat(2000), fc.nat(255));
  fc.assert(
    fc.property(damage, ([bytes, at, value]) => {
      const damaged = bytes.slice();
      damaged[at % damaged.length] = value;
      parseLinkMessages(damaged);
    }),
  );
});
