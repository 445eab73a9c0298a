import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { program } from '../e2e/parts.ts';
import { blocks, documents, read } from './markdown.ts';
import { lines, typed, workshop } from './workshop.ts';

/** Each command's usage, by its name, as `routevane help` prints it. */
function usages(folder: string): ReadonlyMap<string, string> {
  const found = typed('routevane help', folder).matchAll(/^routevane ([a-z]+)(.*)$/gmu);
  return new Map([...found].map(([, name = '', usage = '']) => [name, usage]));
}

/** What is wrong with a command line; empty: nothing. */
function faults(line: string, known: ReadonlyMap<string, string>): readonly string[] {
  const [, name = '', rest = ''] = /^routevane ([a-z]+)([^#|>]*)/u.exec(line) ?? [];
  const usage = known.get(name);
  if (usage === undefined) return [`${line}: "${name}" is not a command`];
  return [...rest.matchAll(/(?<= )--?[a-z]+/gu)]
    .map(([option]) => option)
    .filter((option) => !usage.includes(option) && option !== '-c')
    .map((option) => `${line}: ${option} is not an option of ${name}`);
}

test('every command in the documents exists, with its options', (t) => {
  const folder = workshop();
  t.after(() => rmSync(folder, { recursive: true }));
  const known = usages(folder);
  const shells = documents()
    .flatMap((document) => blocks(read(document)))
    .filter(({ language }) => language === 'sh');
  const commands = shells
    .flatMap(({ text }) => lines(text))
    .filter((line) => line.startsWith('routevane '));
  assert.ok(commands.length > 10);
  assert.deepEqual(
    commands.flatMap((line) => faults(line, known)),
    [],
  );
});

test('ExaBGP accepts the configuration in its document', (t) => {
  const folder = workshop();
  t.after(() => rmSync(folder, { recursive: true }));
  const found = blocks(read('docs/exabgp.md')).filter(({ text }) => text.startsWith('process '));
  assert.equal(found.length, 1);
  for (const { text } of found) {
    const file = join(folder, 'exabgp.conf');
    // It looks for the program that it would start.
    writeFileSync(file, text.replace('/usr/bin/node', process.execPath));
    const { status, stdout, stderr } = spawnSync(program('exabgp'), ['--test', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  }
});
