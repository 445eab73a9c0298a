import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault } from '../../src/ovsdb-client/index.ts';
import {
  encodeError,
  encodeRequest,
  encodeResult,
  parseMessage,
} from '../../src/ovsdb-client/wire/json-rpc.ts';

describe('JSON-RPC 1.0 as OVSDB speaks it', () => {
  for (const [json, parsed] of [
    ['{"id":1,"result":{},"error":null}', { kind: 'result', id: 1, result: {} }],
    ['{"id":1,"result":null,"error":null}', { kind: 'result', id: 1, result: null }],
    [
      '{"id":5,"error":"unknown method"}',
      { kind: 'error', id: 5, error: { code: 'unknown method', details: null } },
    ],
    [
      '{"id":4,"error":{"error":"unknown database","details":"d","syntax":"s"}}',
      { kind: 'error', id: 4, error: { code: 'unknown database', details: 'd' } },
    ],
    [
      '{"id":4,"result":null,"error":[1]}',
      { kind: 'error', id: 4, error: { code: '[1]', details: null } },
    ],
    [
      '{"id":null,"method":"update","params":["m",{}]}',
      { kind: 'notification', method: 'update', params: ['m', {}] },
    ],
    ['{"method":"stolen","params":[]}', { kind: 'notification', method: 'stolen', params: [] }],
    [
      '{"id":"echo","method":"echo","params":[]}',
      { kind: 'request', id: 'echo', method: 'echo', params: [] },
    ],
  ] as const) {
    test(json, () => assert.deepEqual(parseMessage(JSON.parse(json)), parsed));
  }

  for (const json of [
    '{}',
    '{"id":1}',
    '{"id":null,"result":1}',
    '{"method":7,"params":[]}',
    '{"id":1,"method":"echo","params":{}}',
    '[]',
    'null',
  ]) {
    test(`${json} is none`, () => assert.ok(parseMessage(JSON.parse(json)) instanceof Fault));
  }

  test('what we send', () => {
    assert.equal(encodeRequest(1, 'echo', []), '{"method":"echo","params":[],"id":1}');
    assert.equal(encodeResult('echo', []), '{"id":"echo","result":[],"error":null}');
    assert.equal(
      encodeError(7, 'unknown method'),
      '{"id":7,"result":null,"error":"unknown method"}',
    );
  });
});
