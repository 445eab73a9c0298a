import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { apiJsonSchema } from '../../src/protocol/api-schema.ts';
import { assertApi, assertApiOutput } from '../api-check.ts';
import { apiDrain, apiServer, apiService, apiSignal, apiStatus, apiStep } from '../api-samples.ts';

const loss = { since: '2026-11-22T02:47:55.000Z', reason: '', until: '2026-11-22T02:48:05.000Z' };
const status = apiStatus({
  drain: apiDrain({ name: 'node' }),
  signals: [apiSignal({ lost: loss })],
  services: [apiService({ real_servers: [apiServer({ weight: 0, removed: true })] })],
});

describe('the JSON Schema of the admin API', () => {
  test('has each answer under its name, and says for which request it is', () => {
    const { $schema, $defs } = apiJsonSchema();
    assert.equal($schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.ok(typeof $defs === 'object' && $defs !== null);
    const described = Object.values($defs).map(({ description }) => String(description));
    for (const path of ['status', 'explain/NAME', 'drain/NAME', 'history', 'login', 'stream']) {
      assert.ok(
        described.some((text) => text.includes(`/api/v1/${path}`)),
        path,
      );
    }
  });

  test('allows the keys of a later version; the check of this one does not', () => {
    const newer = { ...status, newer: 1 };
    assert.ok(z.fromJSONSchema(apiJsonSchema()).safeParse(newer).success);
    assert.throws(() => assertApi('Status', JSON.stringify(newer)), /Unrecognized key: "newer"/u);
  });

  test('refuses what lacks a key or has another type, at any depth', () => {
    assertApi('Status', JSON.stringify(status));
    const { node: _, ...nameless } = status;
    const part = { ...apiStep(), since: 'yesterday' };
    const wrong: readonly (readonly [Parameters<typeof assertApi>[0], unknown])[] = [
      ['Status', nameless],
      ['Status', { ...status, sinks: [{}] }],
      ['Explanation', { name: 'web', at: loss.since, chain: apiStep({ parts: [part] }) }],
      ['StreamMessage', { type: 'newer', seq: 1, at: loss.since }],
      ['StreamMessage', { type: 'skipped', seq: 1, at: loss.since, count: -1 }],
    ];
    for (const [name, value] of wrong) {
      assert.throws(() => assertApi(name, JSON.stringify(value)), JSON.stringify(value));
    }
    assert.throws(() => assertApiOutput(['watch', '--json'], `${JSON.stringify(part)}\n`));
  });
});
