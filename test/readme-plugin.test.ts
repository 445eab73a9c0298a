import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const heading = '## Write a health plugin';

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of the part, in their order. */
function blocks(): Block[] {
  const [, after] = readFileSync(join(root, 'README.md'), 'utf8').split(`\n${heading}\n`);
  assert.ok(after !== undefined, `README.md has no part "${heading}"`);
  const [part = ''] = after.split('\n## ');
  return [...part.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** A folder in which `routevane` is a command, and nothing else is installed. */
function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-readme-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(join(root, 'dist/routevane.js'), join(modules, '.bin/routevane'));
  chmodSync(join(root, 'dist/routevane.js'), 0o755);
  return folder;
}

/** Runs one line as a reader would type it; resolves to what it printed. */
function typed(line: string, folder: string): string {
  // Or the test runner below us would report to the one above.
  const { NODE_TEST_CONTEXT: _, PATH = '', ...env } = process.env;
  const path = [join(folder, 'node_modules/.bin'), PATH].join(delimiter);
  const shell = spawnSync('bash', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, PATH: path },
  });
  assert.equal(shell.status, 0, `${line}\n${shell.stdout}${shell.stderr}`);
  return shell.stdout;
}

/** Times differ from run to run. */
function withoutTimes(text: string): string {
  return text.replaceAll(/^ *\d+\.\d+ s/gm, 'TIME');
}

test('"Write a health plugin" holds, line by line', () => {
  const folder = workshop();
  try {
    let printed = '';
    const kinds = new Set<string>();
    for (const { language, text } of blocks()) {
      kinds.add(language);
      const [, file] = /^(?:\/\/|#) (\S+\.(?:ts|yaml))\n/.exec(text) ?? [];
      if (file !== undefined) writeFileSync(join(folder, file), text);
      else if (language === '') assert.equal(withoutTimes(printed), withoutTimes(text));
      else {
        assert.equal(language, 'sh', text);
        const lines = text.trimEnd().split('\n');
        printed = lines.map((line) => typed(line, folder)).join('');
      }
    }
    assert.deepEqual([...kinds].toSorted(), ['', 'sh', 'ts', 'yaml']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
