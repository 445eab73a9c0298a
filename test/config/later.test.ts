import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { accepted } from './read.ts';

test('the full reference names each part that is not in this version, once', () => {
  const file = new URL('../../config/full-reference.yaml', import.meta.url);
  const { later } = accepted(readFileSync(file, 'utf8'));
  assert.deepEqual(
    later.map(({ path, message }) => `${path}: ${message}`),
    [
      'signals.load.type: signals of type exec are not in this version',
      'signals.pg.type: signals of type execd are not in this version',
      'services.site.check.type: checks of type http are not in this version',
      'services.shop.check.type: checks of type https are not in this version',
      'services.resolver.check.type: checks of type dns are not in this version',
      'services.batch.check.type: checks of type exec are not in this version',
      'services.legacy.check.type: checks of type agent are not in this version',
      'services.rpc.check.type: checks of type grpc are not in this version',
      'outputs.exabgp.lease: the lease of routes is not in this version',
      'outputs.agent: the output agent is not in this version',
      'outputs.track_files: the output track_files is not in this version',
    ],
  );
});

test('the own check of a server is later, on_down and ipvs are not', () => {
  const { later } = accepted(`services:
  a: { check: { type: tcp }, on_down: remove, real_servers: [{ address: 10.0.0.1:1, check: { type: agent } }] }
outputs: { ipvs: { via: netlink } }
`);
  assert.deepEqual(
    later.map(({ path }) => path),
    ['services.a.real_servers[0].check.type'],
  );
});
