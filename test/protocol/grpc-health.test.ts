import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { healthRequest, readHealthResponse } from '../../src/protocol/grpc-health.ts';

const frame = (...message: number[]) => Uint8Array.from([0, 0, 0, 0, message.length, ...message]);

test('a request is a frame with the name of the service', () => {
  assert.deepEqual([...healthRequest('')], [0, 0, 0, 0, 0]);
  assert.deepEqual([...healthRequest('ab')], [0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]);
  const long = healthRequest('x'.repeat(300));
  assert.deepEqual([...long.subarray(0, 8)], [0, 0, 0, 1, 47, 0x0a, 0xac, 0x02]);
  assert.equal(long.length, 5 + 3 + 300);
});

test('a response says how it is', () => {
  assert.equal(readHealthResponse(frame(8, 1)), 'SERVING');
  assert.equal(readHealthResponse(frame(8, 2)), 'NOT_SERVING');
  assert.equal(readHealthResponse(frame(8, 3)), 'SERVICE_UNKNOWN');
  assert.equal(readHealthResponse(frame()), 'UNKNOWN');
  for (const bad of [
    frame(8),
    frame(8, 9),
    frame(16, 1),
    frame(8, 1, 8),
    frame(8, 1).subarray(1),
  ]) {
    assert.equal(readHealthResponse(bad), null);
  }
});

test('whatever comes is read without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      readHealthResponse(bytes);
    }),
  );
});
