import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { metrics } from '../../src/admin/metrics.ts';
import { rules, viewOf } from './metrics-fixtures.ts';

const folder = new URL('../../config/', import.meta.url);

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

/** Every name that /metrics has, those of a histogram's series among them. */
async function ourNames(): Promise<ReadonlySet<string>> {
  const meter = metrics('1');
  meter.configured(rules);
  const text = await meter.scrape(viewOf());
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
}

/** Every `expr` and `query` of a tree. */
function expressions(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(expressions);
  if (tree === null || typeof tree !== 'object') return [];
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    (key === 'expr' || key === 'query') && typeof value === 'string' ? [value] : expressions(value),
  );
}

function namesIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b(?:routevane|process|nodejs)_\w+/gu)].map(([name]) => name);
}

function promtool(...words: string[]): { status: number | null; stderr: string } {
  return spawnSync('promtool', words, { cwd: folder, encoding: 'utf8' });
}

describe('what is shipped for Prometheus and Grafana', () => {
  for (const [file, tree] of [
    ['prometheus-rules.yaml', parse(read('prometheus-rules.yaml')) as unknown],
    ['grafana-dashboard.json', JSON.parse(read('grafana-dashboard.json')) as unknown],
  ] as const) {
    test(`${file} asks for nothing that /metrics does not have`, async () => {
      const names = await ourNames();
      const asked = new Set(expressions(tree).flatMap(namesIn));
      assert.ok(asked.size >= 7);
      assert.deepEqual(
        [...asked].filter((name) => !names.has(name)),
        [],
      );
    });
  }

  test('the dashboard shows everything of ours that has a number worth drawing', async () => {
    const shown = new Set(expressions(JSON.parse(read('grafana-dashboard.json'))).flatMap(namesIn));
    const left = [...(await ourNames())].filter(
      (name) => name.startsWith('routevane_') && !/_(?:sum|count)$/u.test(name) && !shown.has(name),
    );
    assert.deepEqual(left, []);
  });

  test('the rules are right for promtool, and fire when they should and not before', () => {
    for (const words of [
      ['check', 'rules', '--lint-fatal', 'prometheus-rules.yaml'],
      ['test', 'rules', 'prometheus-rules.test.yaml'],
    ]) {
      const { status, stderr } = promtool(...words);
      assert.equal(status, 0, stderr);
    }
  });
});
