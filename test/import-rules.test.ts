import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** One complaint: the file, and the module or global that it may not use. */
type Refusal = readonly [file: string, used: string];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const about = new Set(['eslint(no-restricted-imports)', 'eslint(no-restricted-globals)']);

/** Everything the rules must refuse in test/fixtures/imports, by file. */
const refusals: readonly Refusal[] = [
  ['src/config/asks-disk.ts', '../core/names.ts'],
  ['src/config/asks-disk.ts', 'node:fs/promises'],
  ['src/core/asks-outwards.ts', '../platform/clock.ts'],
  ['src/core/asks-outwards.ts', '../protocol/lines.ts'],
  ['src/core/asks-outwards.ts', '../sinks/router.ts'],
  ['src/core/asks-outwards.ts', '../sources/probes/probe.ts'],
  ['src/core/deep/asks-config.ts', '../../config/read.ts'],
  ['src/core/deep/goes-round.ts', '../deep/../../sinks/router.ts'],
  ['src/core/exports-outwards.ts', '../platform/clock.ts'],
  ['src/core/exports-outwards.ts', '../sinks/router.ts'],
  ['src/core/goes-round.ts', './../sinks/router.ts'],
  ['src/core/goes-round.ts', './deep/../../sinks/router.ts'],
  ['src/core/loads-later.ts', '../sinks/router.ts'],
  ['src/core/loads-later.ts', 'node:fs'],
  ['src/core/reads-clock.ts', 'Date'],
  ['src/core/reads-clock.ts', 'setTimeout'],
  ['src/core/reads-files-by-old-name.ts', 'fs'],
  ['src/core/reads-files.ts', 'node:fs'],
  ['src/model/asks-platform.ts', '../platform/clock.ts'],
  ['src/model/asks-platform.ts', 'rxjs'],
  ['src/platform/asks-model.ts', '../model/thing.ts'],
  ['src/protocol/asks-rxjs.ts', 'node:dgram'],
  ['src/protocol/asks-rxjs.ts', 'rxjs'],
  ['src/sinks/asks-core.ts', '../config/read.ts'],
  ['src/sinks/asks-core.ts', '../core/names.ts'],
  ['src/sinks/asks-core.ts', '../sources/probes/probe.ts'],
  ['src/sinks/exabgp/asks-source.ts', '../../sources/probes/probe.ts'],
  ['src/sources/probes/asks-sink.ts', '../../core/names.ts'],
  ['src/sources/probes/asks-sink.ts', '../../sinks/router.ts'],
];

describe('import directions', () => {
  let folder = '';
  let found: readonly Refusal[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'routevane-imports-'));
    found = lint(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const file of new Set(refusals.map(([name]) => name))) {
    test(`${file} is refused for what it uses, and for nothing else`, () => {
      assert.deepEqual(usedBy(found, file), usedBy(refusals, file));
    });
  }

  test('files that keep to the directions pass', () => {
    const expected = new Set(refusals.map(([file]) => file));
    assert.deepEqual(
      found.filter(([file]) => !expected.has(file)),
      [],
    );
  });
});

/** The fixture in a copy, because the project's lint leaves test/fixtures out. */
function lint(folder: string): Refusal[] {
  cpSync(join(root, 'test/fixtures/imports'), folder, { recursive: true });
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const result = spawnSync(oxlint, ['-f', 'json', '.'], { cwd: folder, encoding: 'utf8' });
  assert.equal(result.status, 1, `oxlint refuses the fixture: ${result.stderr}`);
  const report: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(result.stdout);
  return report.diagnostics
    .filter((diagnostic) => about.has(diagnostic.code))
    .map(({ filename, message }) => [filename, /'([^']*)'/.exec(message)?.[1] ?? message]);
}

function usedBy(list: readonly Refusal[], file: string): string[] {
  return list
    .filter(([name]) => name === file)
    .map(([, used]) => used)
    .toSorted();
}
