import assert from 'node:assert/strict';
import type { Config } from '../../src/model/config.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { readConfig, type ConfigResult } from '../../src/config/read.ts';

/** Reads text as if it were the file `lb.yaml` on the host `lb-a`. */
export function readText(text: string): ConfigResult {
  return readConfig({
    file: 'lb.yaml',
    folder: '/etc/routevane',
    bytes: new TextEncoder().encode(text),
    hostname: 'lb-a',
  });
}

export type Accepted = Extract<ConfigResult, { ok: true }>;

export function accepted(text: string): Accepted {
  const result = readText(text);
  assert.ok(result.ok, linesOf(result).join('\n'));
  return result;
}

export function configOf(text: string): Config {
  return accepted(text).config;
}

/** The problems as lines; empty where there are none. */
export function linesOf(result: ConfigResult): string[] {
  return result.ok ? [] : result.problems.map(formatProblem);
}

/** What is left of a service once its check is all that matters. */
export function serviceWith(check: string, more = ''): string {
  return `${more}
services:
  web:
    virtual: 192.0.2.10:443/tcp
    check: ${check}
    real_servers: [10.0.1.11, 10.0.1.12]
`;
}

/** One service and one route with these extra lines (each indented by 4). */
export function routeWith(lines: readonly string[], more = ''): string {
  const route = [
    '  - prefix: 192.0.2.10/32',
    '    when: web',
    ...lines.map((line) => `    ${line}`),
  ];
  return `${serviceWith('{ type: tcp }', more)}routes:\n${route.join('\n')}\n`;
}
