import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { accepted } from './read.ts';

test('the full reference names each part that is not in this version, once', () => {
  const file = new URL('../../config/full-reference.yaml', import.meta.url);
  const { later } = accepted(readFileSync(file, 'utf8'));
  assert.deepEqual(
    later.map(({ path, message }) => `${path}: ${message}`),
    ['outputs.exabgp.lease: the lease of routes is not in this version'],
  );
});

test('checks of every type, on_down and the other outputs are not later', () => {
  const { later } = accepted(`services:
  a: { check: { type: tcp }, on_down: remove, real_servers: [{ address: 10.0.0.1:1, check: { type: agent } }] }
outputs: { ipvs: { via: netlink }, agent: { listen: 127.0.0.1:9128 } }
`);
  assert.deepEqual(later, []);
});
