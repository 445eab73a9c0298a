import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { judge } from './schema-judge.ts';

const root = configJsonSchema();
const accepts = judge(root);

function sample(file: string): unknown {
  return parse(readFileSync(new URL(`../../config/${file}`, import.meta.url), 'utf8'));
}

const checkOf = (type: string): unknown => ({
  services: { a: { check: { type }, real_servers: ['10.0.0.1:1'] } },
});
const routeOf = (keys: object): unknown => ({
  routes: [{ prefix: '10.0.0.1/32', when: 'a', ...keys }],
});

describe('the JSON Schema', () => {
  test('says what it is, and can be written as JSON', () => {
    assert.equal(root['$schema'], 'https://json-schema.org/draft/2020-12/schema');
    assert.equal(root['$id'], 'urn:routevane:configuration:1');
    assert.equal(root['title'], 'routevane configuration');
    assert.deepEqual(JSON.parse(JSON.stringify(root)), root);
  });

  test('accepts the samples, among them every key there is', () => {
    assert.ok(accepts(sample('full-reference.yaml')));
    assert.ok(accepts(sample('probes-to-bgp.yaml')));
    assert.ok(accepts(checkOf('tcp')));
    assert.ok(accepts(routeOf({})));
  });

  test('describes keys with defaults and examples, in keywords that it has', () => {
    const text = JSON.stringify(root);
    assert.ok(!text.includes('"unset"'));
    assert.match(text, /A probe that takes longer has failed; .*? Default: half the interval\./u);
    assert.match(text, /"default":"quiesce","examples":\["remove"\]/u);
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ['an unknown key', { nodee: 'lb-a' }],
    ['an unknown key further down', { outputs: { exabgp: { via: 'stdio', windw: 1 } } }],
    ['a duration without a unit', { startup_timeout: '10' }],
    ['a duration as a number', { startup_timeout: 10 }],
    ['a percentage without its sign', { max_withdraw: { share: '50', per: '1m' } }],
    ['a name that is none', { node: 'lb a' }],
    ['an unknown kind of check', checkOf('tpc')],
    ['a service without real servers', { services: { a: { check: { type: 'tcp' } } } }],
    ['a rule of two forms', routeOf({ when: { all: ['a'], any: ['b'] } })],
    ['a community by name', routeOf({ communities: ['no-export'] })],
    ['a pipe without its paths', { outputs: { exabgp: { via: 'pipe' } } }],
  ];
  for (const [what, value] of refused) {
    test(`refuses ${what}`, () => {
      assert.equal(accepts(value), false);
    });
  }
});
