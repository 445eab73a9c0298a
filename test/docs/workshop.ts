import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './markdown.ts';

/** A folder in which `routevane` is a command, and nothing else is installed. */
export function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'routevane-docs-'));
  mkdirSync(commands(folder), { recursive: true });
  symlinkSync(join(root, 'dist/routevane.js'), routevane(folder));
  chmodSync(join(root, 'dist/routevane.js'), 0o755);
  return folder;
}

/** The path of the command. */
export function routevane(folder: string): string {
  return join(commands(folder), 'routevane');
}

/** Puts a command in the place of a program of the system. */
export function addCommand(folder: string, name: string, script: string): void {
  writeFileSync(join(commands(folder), name), script, { mode: 0o755 });
}

/** Runs one line as a reader would type it; returns what it printed on stdout. */
export function typed(
  line: string,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): string {
  // Or the test runner below us would report to the one above.
  const { NODE_TEST_CONTEXT: _, PATH = '', ...env } = process.env;
  const path = [commands(folder), PATH].join(delimiter);
  const shell = spawnSync('bash', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, ...more, PATH: path },
  });
  assert.equal(shell.status, 0, `${line}\n${shell.stdout}${shell.stderr}`);
  return shell.stdout;
}

/** The lines of a shell block. */
export function lines(text: string): readonly string[] {
  return text.trimEnd().split('\n');
}

/** `plugin test` prints seconds since its start, which differ from run to run. */
export function withoutSeconds(text: string): string {
  return text.replaceAll(/^ *\d+\.\d+ s/gm, 'TIME');
}

function commands(folder: string): string {
  return join(folder, 'node_modules/.bin');
}
