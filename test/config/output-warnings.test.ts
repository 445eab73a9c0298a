import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { accepted, serviceWith } from './read.ts';

const service = serviceWith('{ type: tcp }');
const routes = 'routes: [{ prefix: 192.0.2.10/32, when: web }]\n';

function warningsOf(more: string): string[] {
  return accepted(`${service}${more}`).warnings.map(formatProblem);
}

test('routes that no output takes are warned of', () => {
  const message = 'routes: no output takes routes: add outputs.exabgp, or leave them out';
  for (const outputs of ['', 'outputs: { ipvs: {} }\n', 'outputs: { exabgp: { via: off } }\n']) {
    const [warning = '', ...rest] = warningsOf(`${routes}${outputs}`);
    assert.ok(warning.endsWith(message), warning);
    assert.deepEqual(rest, []);
  }
  assert.deepEqual(warningsOf('outputs: { ipvs: {} }\n'), []);
  assert.deepEqual(warningsOf(`${routes}outputs: { exabgp: { via: stdio } }\n`), []);
});

test('a dry run says that it covers weights only, where there are routes', () => {
  const both = 'outputs: { exabgp: { via: stdio }, ipvs: { dry_run: true } }\n';
  const [warning = '', ...rest] = warningsOf(`${routes}${both}`);
  assert.match(warning, /outputs\.ipvs\.dry_run: covers weights only: routes are announced /);
  assert.deepEqual(rest, []);
  assert.deepEqual(warningsOf('outputs: { ipvs: { dry_run: true } }\n'), []);
});

test('a fast_interval of what reports by itself is warned of', () => {
  const own = [
    '{ type: link, interface: eth0, fast_interval: 1s }',
    '{ type: bfd, interface: eth0, fast_interval: 1s }',
    '{ type: execd, command: [/bin/a], trigger: self, fast_interval: 1s }',
    '{ type: plugin, module: ./a.ts, fast_interval: 1s }',
  ];
  for (const signal of own) {
    const [warning = '', ...rest] = warningsOf(`signals: { a: ${signal} }\n`);
    assert.match(
      warning,
      /signals\.a\.fast_interval: has no effect: nothing polls a \w+ signal that/u,
    );
    assert.deepEqual(rest, []);
  }
  const asked = '{ type: execd, command: [/bin/a], trigger: poll, fast_interval: 1s }';
  assert.deepEqual(warningsOf(`signals: { a: ${asked} }\n`), []);
});
