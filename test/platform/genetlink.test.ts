import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { openGenericNetlink, type NetlinkSocket } from '../../src/platform/genetlink.ts';
import {
  encodeRequest,
  familyRequest,
  parseFamily,
  parseReplies,
} from '../../src/protocol/genetlink.ts';

/** Every kernel has the family that lists the others: its number is 16. */
const lookUp = familyRequest('nlctrl');

function opened(): NetlinkSocket {
  const result = openGenericNetlink();
  assert.ok(result.ok);
  return result.socket;
}

test('asks the kernel of this machine, one and many at once', () => {
  const socket = opened();
  assert.deepEqual(socket.send(encodeRequest(1, lookUp)), { ok: true, value: null });
  const answer = socket.receive();
  assert.ok(answer.ok);
  const [reply] = parseReplies(answer.value);
  assert.ok(reply?.kind === 'data');
  assert.equal(parseFamily(reply.attributes), 16);

  const many = [2, 3, 4].map((sequence) => encodeRequest(sequence, lookUp));
  assert.equal(socket.send(Buffer.concat(many)).ok, true);
  const sequences = many.map(() => {
    const each = socket.receive();
    assert.ok(each.ok);
    return parseReplies(each.value).map((one) => (one.kind === 'broken' ? null : one.sequence));
  });
  assert.deepEqual(sequences, [[2], [3], [4]]);
  socket.close();
});

test('a family that is not there is an answer', () => {
  const socket = opened();
  socket.send(encodeRequest(9, familyRequest('NO_SUCH_FAMILY')));
  const answer = socket.receive();
  assert.ok(answer.ok);
  assert.deepEqual(parseReplies(answer.value), [{ kind: 'result', sequence: 9, errno: 2 }]);
  socket.close();
});

test('where no answer comes, it stops waiting', () => {
  const socket = opened();
  const result = socket.receive();
  assert.equal(!result.ok && result.code, 'timeout');
  socket.close();
});

test('answers that nobody fetches are an overflow, and not the end', () => {
  const socket = opened();
  const many = Buffer.concat(Array.from({ length: 500 }, (_, i) => encodeRequest(i, lookUp)));
  for (let round = 0; round < 40; round += 1) socket.send(many);
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i += 1) {
    const result = socket.receive();
    seen.add(result.ok ? 'ok' : result.code);
    if (!result.ok && result.code === 'timeout') break;
  }
  assert.deepEqual(seen, new Set(['overflow', 'ok', 'timeout']));
  socket.close();
});

test('closing gives the descriptor back, once', () => {
  const before = readdirSync('/proc/self/fd').length;
  const sockets = [opened(), opened()];
  assert.equal(readdirSync('/proc/self/fd').length, before + 2);
  for (const socket of [...sockets, ...sockets]) socket.close();
  assert.equal(readdirSync('/proc/self/fd').length, before);
  for (const result of [sockets[0]?.receive(), sockets[0]?.send(new Uint8Array(4))]) {
    assert.ok(result?.ok === false);
    assert.match(result.reason, /closed/);
  }
});

test('without koffi it says so', () => {
  const missing = openGenericNetlink(() => {
    throw new Error("Cannot find module 'koffi'");
  });
  assert.equal(!missing.ok && missing.code, 'no_koffi');
  const other = openGenericNetlink(() => ({}));
  assert.equal(!other.ok && other.code, 'no_koffi');
});
